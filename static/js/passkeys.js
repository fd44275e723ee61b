// Says beside the button what allauth's script would only tell the console: the browser knows no
// passkey, or the person closed its window.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.getElementById("passkey-failed");
  if (said) said.hidden = false;
});
