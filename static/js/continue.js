// What waited for a proof is sent on by itself; without script its button sends it.
document.querySelector("form[data-continue]")?.requestSubmit();
