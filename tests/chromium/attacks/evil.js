// What a page of somebody else can make a browser send to another site.
"use strict";

const part = (name, values) => document.body.appendChild(Object.assign(document.createElement(name), values));
const comes = (frame, times) => new Promise((done) => { frame.onload = () => --times || done(); });
const nothing = () => {};

const formOf = ({ url, fields }, values) => {
  const form = part("form", { action: url, method: "post", ...values });
  for (const [name, value] of fields) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  return form;
};
// Into a frame of this page.
const sendForm = async (write, values) => {
  const frame = part("iframe", { name: "frame" + Math.random() });
  await new Promise((done) => setTimeout(done));
  const form = formOf(write, { ...values, target: frame.name });
  const done = comes(frame, 1);
  form.submit();
  await done;
  frame.remove();
  form.remove();
};
// By a page without an origin.
const page = (script) => `<body><script>const form = () => { ${script} }; onload = () => setTimeout(form)</script>`;
const sendsItself = (write) => {
  const text = JSON.stringify(formOf(write).outerHTML).replaceAll("<", "\\x3c");
  return page(`document.body.innerHTML = ${text}; document.forms[0].submit()`);
};
const fetches = ({ url, body }) => page(
  `fetch(${JSON.stringify(url)}, { method: "POST", mode: "no-cors", credentials: "include", ` +
  `body: new URLSearchParams(${JSON.stringify(body.toString())}) }).finally(() => location = "about:blank")`);
const within = async (values) => {
  const frame = part("iframe", { sandbox: "allow-scripts allow-forms" });
  const done = comes(frame, 2);
  Object.assign(frame, values);
  await done;
  frame.remove();
};

const send = (values) => ({ url, body }) => {
  const init = { method: "POST", mode: "no-cors", credentials: "include", ...values };
  return fetch(url, { ...init, body: values.as ? values.as(body) : body }).catch(nothing);
};
const multipart = (body) => [...body].reduce((form, [name, value]) => form.append(name, value) ?? form, new FormData());

// What a browser sends without asking whether it may.
const WRITES = {
  form: (write) => sendForm(write),
  formAsText: (write) => sendForm(write, { enctype: "text/plain" }),
  formInParts: (write) => sendForm(write, { enctype: "multipart/form-data" }),
  formWithoutReferrer: (write) => sendForm(write, { rel: "noreferrer" }),
  formSentOn: (write) => sendForm({ ...write, url: "/on?to=" + encodeURIComponent(write.url) }),
  formOfNobody: (write) => within({ srcdoc: sendsItself(write) }),
  formOfData: (write) => within({ src: "data:text/html," + encodeURIComponent(sendsItself(write)) }),
  fetchOfNobody: (write) => within({ srcdoc: fetches(write) }),
  window: (write) => formOf(write, { target: "_blank" }).submit(),
  fetch: send({}),
  fetchAsText: send({ as: String }),
  fetchInParts: send({ as: multipart }),
  fetchOfNoKind: send({ as: (body) => new Blob([body]) }),
  fetchAsJson: send({ as: (body) => new Blob([JSON.stringify(Object.fromEntries(body))]) }),
  fetchToRead: send({ mode: "cors" }),
  fetchWithoutReferrer: send({ referrerPolicy: "no-referrer" }),
  fetchWithWholeReferrer: send({ referrerPolicy: "unsafe-url" }),
  fetchThatOutlivesThePage: send({ keepalive: true }),
  fetchSentOn: ({ url, body }) => send({})({ url: "/on?to=" + encodeURIComponent(url), body }),
  request: ({ url, body }) => new Promise((done) => {
    const request = Object.assign(new XMLHttpRequest(), { withCredentials: true, onloadend: done });
    request.open("POST", url);
    request.send(body);
  }),
  beacon: ({ url, body }) => navigator.sendBeacon(url, body),
  ping: ({ url }) => part("a", { href: "#", ping: url }).click(),
};
// What it asks about first.
const FORBIDDEN = {
  put: send({ mode: "cors", method: "PUT" }),
  patch: send({ mode: "cors", method: "PATCH" }),
  remove: send({ mode: "cors", method: "DELETE" }),
  json: send({ mode: "cors", headers: { "content-type": "application/json" } }),
  header: send({ mode: "cors", headers: { "x-requested-with": "XMLHttpRequest", "sec-fetch-site": "same-origin" } }),
};
const READS = {
  fetch: (url) => fetch(url, { mode: "no-cors", credentials: "include" }).catch(nothing),
  picture: (url) => { part("img", { src: url }); },
  script: (url) => { part("script", { src: url }); },
  prefetch: (url) => { part("link", { rel: "prefetch", href: url }); },
  frame: (url) => comes(part("iframe", { src: url }), 1),
  link: (url) => part("a", { href: url, target: "_blank" }).click(),
  window: (url) => { open(url); },
};

// Goes through all ways at `one` address, and through one at all others: how often each write arrives there, and which
// of the others could be read.
const attack = async (site, one, reads, writes, fields) => {
  const body = new URLSearchParams(fields);
  const to = (path) => ({ url: site + path, body, fields });
  const go = (ways, thing) => Promise.all(Object.values(ways).map((way) => way(thing)));
  await go({ ...WRITES, ...FORBIDDEN }, to(one));
  await Promise.all(writes.map((path) => WRITES.fetch(to(path))));
  await go(READS, site + one);
  await Promise.all(reads.map((path) => READS.fetch(site + path)));
  const read = reads.map((path) => fetch(site + path, { credentials: "include" }).then(() => path, nothing));
  const count = (path) => (path === one ? Object.keys(WRITES).length + 1 : 1);
  return { count: writes.map(count), read: (await Promise.all(read)).filter(Boolean) };
};
