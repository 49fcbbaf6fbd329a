// What is typed into a field marked with data-keep="<person>" stays on this device until the server has taken its form: a log-in that has
// expired, or another button that loads the page anew, loses nothing. (The composer keeps its question itself.)

function keyOf(field) {
  const { parent, problem } = field.form.elements; // what is asked is asked about one of them, or about nothing
  const place = [field.form.getAttribute("action"), parent?.value ?? problem?.value ?? "", field.name];
  return `draft:${field.dataset.keep}:${place.join(":")}`; // a school's computers are shared
}

function keep(field) {
  const key = keyOf(field);
  const forget = () => localStorage.removeItem(key);
  const kept = localStorage.getItem(key);
  if (kept !== null) restore(field, kept);
  field.addEventListener("input", () => {
    if (field.value === field.defaultValue) forget();
    else localStorage.setItem(key, field.value);
  });
  field.form.addEventListener("htmx:afterRequest", ({ detail }) => detail.elt === field.form && taken(detail.xhr) && forget());
  if (field.form.hasAttribute("hx-post")) return;
  // What is refused comes back with the page. What is held back (sending.js) has not gone.
  field.form.addEventListener("submit", (event) => setTimeout(() => event.defaultPrevented || forget()));
}

// htmx says only of what is swapped in whether it was successful, not of a redirection.
function taken({ status }) {
  return status >= 200 && status < 300;
}

function restore(field, text) {
  field.value = text;
  if (field.disabled) field.form.querySelector("[data-own-work]").click(); // what is not seen is not sent
}

export function bindDrafts() {
  for (const field of document.querySelectorAll("[data-keep]")) keep(field);
}
