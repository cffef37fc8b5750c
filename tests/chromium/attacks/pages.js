// How pages are found and filled in, and what is looked for on them.
"use strict";

const read = async (answer) => {
  // What is no page is not shown as one. A mail has a policy of its own, and breaks that of a page that reads it.
  const [kind, policy] = ["content-type", "content-security-policy"].map((name) => answer.headers.get(name) ?? "");
  const isPage = kind.startsWith("text/html") && !policy.includes("unsafe-inline");
  return new DOMParser().parseFromString(isPage ? await answer.text() : "", "text/html");
};

// What a page holds of what was planted; nothing, if it is only text there.
const planted = (page) => {
  const addresses = ["href", "src", "action", "formaction"].map((name) => `[${name}^='javascript:']`);
  const odd = ["#planted", "[onclick]", "[onfocus]", "[onload]", ...addresses].join();
  const elements = [...page.querySelectorAll(odd)].map((element) => element.outerHTML);
  return window.hit ? ["a script ran", ...elements] : elements;
};

const pages = async () => {
  const found = new Set(["/"]);
  // Routes of which no page tells.
  const routes = await (await fetch("/dev/routes")).text();
  for (const [, path] of routes.matchAll(/<code>GET ([^<]+)</g)) found.add(path.replace(/{\w+}/g, "1"));
  // A set hands out what is added meanwhile.
  for (const path of found) {
    const answer = await fetch(path);
    if (!answer.headers.get("content-type")?.startsWith("text/html")) found.delete(path);
    for (const link of (await read(answer)).querySelectorAll("a[href^='/']")) {
      found.add(link.getAttribute("href").split("#")[0]);
    }
  }
  return [...found];
};

// Every form of these pages: the page, and where it leads.
const forms = async (paths) => {
  const found = new Map();
  for (const path of paths) {
    for (const form of (await read(await fetch(path))).querySelectorAll("main form[method=post]")) {
      found.set(form.getAttribute("action"), path);
    }
  }
  return [...found].map(([action, path]) => [path, action]);
};

const formTo = (page, action) => [...page.forms].find((form) => form.getAttribute("action") === action);
const isThere = (action) => Boolean(formTo(document, action));

// A copy of the form that leads there. With `isOdd`, whatever can be typed and much that cannot is a payload; otherwise
// what has a kind is something of that kind.
const filled = (page, action, payloads, isOdd) => {
  const plain = { email: "grace@example.com", password: "correct horse battery", number: "1", date: "2026-01-01" };
  const form = formTo(page, action).cloneNode(true);
  let next = 0;
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = true;
    else if (field.localName === "select") field.selectedIndex = field.options.length - 1;
    else if (field.name && field.localName !== "button" && (isOdd || field.type !== "hidden")) {
      const payload = payloads[next++ % payloads.length];
      const value = isOdd ? payload : plain[field.type] ?? payload;
      if (field.localName === "input") field.type = "text";
      field.value = value;
    }
  }
  return form;
};
const submit = (action, payloads) => {
  const form = document.body.appendChild(filled(document, action, payloads, false));
  setTimeout(() => HTMLFormElement.prototype.submit.call(form));
};
// The same without going there: what is on the pages that come.
const send = async (forms, payloads, isOdd) => {
  const found = [];
  for (const [path, action] of forms) {
    const page = await read(await fetch(path));
    // What one form does may take another away.
    if (!formTo(page, action)) continue;
    const body = new URLSearchParams(new FormData(filled(page, action, payloads, isOdd)));
    found.push(...planted(await read(await fetch(action, { method: "POST", body }))));
  }
  return found;
};

// What is on these pages, which nobody opens.
const peek = async (paths) => {
  const found = [];
  for (const path of paths) found.push(...planted(await read(await fetch(path))));
  return found;
};
