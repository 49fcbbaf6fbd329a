// What screen readers hear: states and finished steps, one after the other, and never a token.

const KEPT = 20; // lines; older ones have been read or skipped

export function announce(text) {
  const log = document.getElementById("announcer");
  const line = document.createElement("p");
  line.textContent = text;
  log.append(line);
  while (log.childElementCount > KEPT) log.firstElementChild.remove();
}
