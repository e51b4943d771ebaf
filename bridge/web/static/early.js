// Runs before the page is drawn. A click that comes before the modules have loaded, as over a slow
// link, is kept and done once they have: a stop must not get lost.

(() => {
  const kept = [];

  function keep(event) {
    const button = event.target.closest("button");
    if (!button || button.form?.hasAttribute("action")) return; // the browser itself sends such a form
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.push(button);
  }

  addEventListener("click", keep, { capture: true });
  document.addEventListener("DOMContentLoaded", () => {
    removeEventListener("click", keep, { capture: true });
    for (const button of kept) button.click();
  });
})();
