// Hands allauth's script the elements it works on, and says beside the button what it would only
// tell the console: the browser knows no passkey, or the person closed its window.
//   <div data-passkey="loginForm" data-ids='{"login": "id", "credential": "id"}' hidden></div>
for (const element of document.querySelectorAll("[data-passkey]")) {
  window.allauth.webauthn.forms[element.dataset.passkey]({ ids: JSON.parse(element.dataset.ids) });
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.getElementById("passkey-failed");
  if (said) said.hidden = false;
});
