// A poll that brings no news changes nothing, so that it is not read out again.

const last = new WeakMap(); // what an element got; what stands in it may have been drawn since

/** To be called before anything is drawn. */
export function bindPolls() {
  for (const element of document.querySelectorAll("[data-poll]")) last.set(element, element.innerHTML.trim());
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target, serverResponse } = detail;
    if (!target.matches("[data-poll]") || detail.xhr.status !== 200) return;
    const news = serverResponse.trim();
    if (last.get(target) === news) detail.shouldSwap = false;
    last.set(target, news);
  });
}
