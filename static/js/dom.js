// What several behaviours need from the document.

// The elements below (and including) root that match, each handed out once per key.
export function fresh(root, selector, key) {
  const found = [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  return found.filter((element) => {
    element.enhanced ??= new Set();
    if (element.enhanced.has(key)) return false;
    element.enhanced.add(key);
    return true;
  });
}

export function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

export function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
}

// The colour of a token as the browser resolves it, light-dark() included; paper is always light.
export function colour(token, onPaper = false) {
  const probe = document.createElement("i");
  if (onPaper) probe.style.colorScheme = "light";
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
