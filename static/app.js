// Comforts. Every page works without this file.
"use strict";

const all = (selector, use) => document.querySelectorAll(selector).forEach(use);
const make = (name, values) => Object.assign(document.createElement(name), values);
const press = (icon, values, onclick) => {
  const innerHTML = icon && `<svg class="icon" width="20" viewBox="0 0 24 24" aria-hidden="true"><use href="${document.documentElement.dataset.icons}#${icon}"/></svg>`;
  return make("button", { type: "button", innerHTML, onclick, ...values });
};

// A second click sends nothing while the answer is on its way. The server knows it too.
const busy = (form, sent) => {
  form.sent = sent;
  for (const button of form.querySelectorAll("[data-busy]")) {
    button.said ??= button.textContent;
    button.textContent = sent ? button.dataset.busy : button.said;
    button.disabled = sent;
  }
};
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.sent) return event.preventDefault();
  form.sent = true;
  // Not at once: a disabled button is left out of what is sent. And whoever stopped the loading may try again.
  setTimeout(busy, 0, form, true);
  setTimeout(busy, 10000, form, false);
});
// By the Back button, the page comes as it was left.
addEventListener("pageshow", () => all("form", (form) => busy(form, false)));

// The question of the page that a link leads to, over this page.
const ask = (innerHTML) => {
  const dialog = make("dialog", { innerHTML, onclose: () => dialog.remove() });
  dialog.ariaLabel = dialog.querySelector("h1").textContent;
  dialog.querySelector("a").onclick = () => dialog.close() ?? false;
  document.body.append(dialog);
  dialog.showModal();
};
all("[data-ask]", (link) => link.addEventListener("click", async (event) => {
  event.preventDefault();
  const page = await fetch(link.href).then((answer) => answer.text(), () => "");
  const question = new DOMParser().parseFromString(page, "text/html").querySelector(".question");
  if (question) ask(question.innerHTML);
  else location = link.href;
}));

// A message goes by itself, unless somebody is at it. An error stays.
all("main > .flash[role]", (flash) => {
  flash.append(press("cross", { ariaLabel: "Close" }, () => flash.remove()));
  flash.classList.add("toast");
  const go = () => (flash.matches(":hover, :focus-within") ? setTimeout(go, 2000) : flash.remove());
  if (flash.role === "status") setTimeout(go, 10000);
});

all(".copy", (row) => row.append(press("", { className: "quiet small", textContent: "Copy" }, async ({ target }) => {
  await navigator.clipboard.writeText(row.firstElementChild.textContent);
  target.textContent = "Copied";
})));

// Times as they are where they are read.
const local = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
all("time", (time) => {
  time.title = local.format(new Date(time.dateTime));
  if (time.textContent.endsWith("UTC")) time.textContent = time.title;
});
all("[data-greet]", (greeting) => {
  const hour = new Date().getHours();
  const part = hour < 5 || hour > 17 ? "evening" : hour < 12 ? "morning" : "afternoon";
  greeting.textContent = greeting.textContent.replace("Hello", "Good " + part);
});

// One row's menu at a time.
addEventListener("click", ({ target }) => all(".list [open]", (menu) => { menu.open = menu.contains(target); }));

// Short cuts.
let going = false;
addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, textarea")) return;
  const find = (selector, is = () => true) => [...document.querySelectorAll(selector)].find(is);
  const to = going ? find(".side nav a", (place) => place.text.trim()[0].toLowerCase() === key)
    : find({ "/": "[type=search]", n: "a[href$='/new']" }[key] ?? "none");
  going = key === "g";
  if (to) {
    event.preventDefault();
    to.focus();
    to.click();
  } else if (key === "?" && !find("dialog")) {
    const row = (keys, what) => `<div><dt><kbd>${keys}</kbd></dt><dd>${what}</dd></div>`;
    const rows = row("g n", "Go to a place, by its first letter") + row("n", "New") + row("/", "Search");
    ask(`<h1>Short cuts</h1><dl>${rows}</dl><p class="after"><a href="">Close</a></p>`);
  }
});
