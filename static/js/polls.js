// A poll that brings no news changes nothing, so that it is not read out again.

const last = new WeakMap(); // what an element got; what stands in it may have been drawn since

export function bindPolls() {
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target, serverResponse } = detail;
    if (!target.matches("[data-poll]") || detail.xhr.status !== 200) return;
    const news = serverResponse.trim();
    if ((last.get(target) ?? target.innerHTML.trim()) === news) detail.shouldSwap = false;
    last.set(target, news);
  });
}
