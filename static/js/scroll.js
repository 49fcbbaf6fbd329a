// Scrolling follows the answer only while the reader is at its end, and lets go at once when they move away.

const NEAR = 4; // px from the end that still counts as there
const UPWARDS = new Set(["PageUp", "ArrowUp", "Home"]);

const jump = document.getElementById("jump");
let following = false;

const end = () => document.documentElement.scrollHeight - innerHeight;
const atEnd = () => scrollY >= end() - NEAR;

function letGo() {
  following = false;
}

function scrolled() {
  if (atEnd()) following = true;
  jump.hidden = end() - scrollY < innerHeight / 3;
}

/** Go to the end and stay there. */
export function goToEnd() {
  following = true;
  keepUp();
}

/** After the page has grown: stay at its end if the reader is there. */
export function keepUp() {
  if (following) scrollTo({ top: end(), behavior: "instant" });
  else scrolled();
}

// What gets the focus or is opened must not lie under the composer, which grows with its text.
function keepClear(dock) {
  const { style } = document.documentElement;
  new ResizeObserver(() => (style.scrollPaddingBottom = `${dock.offsetHeight}px`)).observe(dock);
}

function showOpened({ target }) {
  if (!target.matches(".below[open]")) return;
  letGo();
  target.querySelector(".below-body").scrollIntoView({ block: "nearest" });
}

if (jump) {
  const dock = jump.closest(".dock"); // a page that is only read has none
  if (dock) keepClear(dock);
  document.addEventListener("toggle", showOpened, true); // it does not bubble
  addEventListener("wheel", (event) => event.deltaY < 0 && letGo(), { passive: true });
  addEventListener("touchmove", letGo, { passive: true });
  addEventListener("keydown", (event) => UPWARDS.has(event.key) && letGo());
  addEventListener("scroll", scrolled, { passive: true });
  addEventListener("resize", keepUp);
  jump.addEventListener("click", goToEnd);
}
