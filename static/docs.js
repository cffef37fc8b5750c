// "Authorize" and "Send" of the page about the API, which is read without them. A module, so that no
// name here meets one of app.js.

// In memory alone, and gone with the page: what lies in localStorage is read by any script that ever
// gets into a page of this site (XSS), and by whoever sits down at this browser next.
let token = "";

const byId = (id) => document.getElementById(id);
const [form, forget, said] = ["authorize", "forget", "authorized"].map(byId);

const say = (sentence) => { said.textContent = sentence; };
const hold = (value, sentence) => {
  token = value;
  say(sentence);
  form.reset();
  form.hidden = Boolean(token);
  forget.hidden = !token;
  (token ? forget : byId("token")).focus();
};

// As a program asks: with the cookie of who is logged in here, it would not be the token that answers.
const ask = (url, options) => fetch(url, { ...options, credentials: "omit", cache: "no-store" });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = new FormData(form);
  const pasted = byId("token").value.trim();
  if (pasted) return hold(pasted, `Authorized by the token that ends in ${pasted.slice(-4)}.`);
  const username = typed.get("username");
  if (!username) return say("Paste a token, or type an address and a password.");
  typed.set("scope", typed.getAll("scope").join(" "));
  typed.set("grant_type", "password");
  const body = new URLSearchParams(typed);
  const sent = ask(form.dataset.url, { method: "POST", body });
  const answer = await sent.then((answer) => answer.json()).catch(() => ({}));
  if (answer.access_token) {
    const minutes = Math.round(answer.expires_in / 60);
    hold(answer.access_token, `Authorized as ${username}, for ${minutes} minutes and ${answer.scope}.`);
  } else {
    say(`Not authorized. ${answer.error_description ?? answer.detail ?? "Nothing came back."}`);
  }
});
forget.addEventListener("click", () => hold("", "Forgotten."));

// As text, never as markup: an answer holds what others wrote (stored XSS).
const make = (name, textContent, values) =>
  Object.assign(document.createElement(name), { textContent, ...values });

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

async function send(trial) {
  const [query, headers] = [new URLSearchParams(), new Headers()];
  let { method, path } = trial.dataset;
  for (const { value, dataset } of trial.querySelectorAll("[data-in]")) {
    if (dataset.in === "path") path = path.replace(`{${dataset.name}}`, encodeURIComponent(value));
    else if (value && dataset.in === "query") query.append(dataset.name, value);
    else if (value && dataset.in === "header") headers.set(dataset.name, value);
  }
  if (`${query}`) path += `?${query}`;
  if (token) headers.set("authorization", `Bearer ${token}`);
  const text = trial.querySelector("textarea");
  if (text) headers.set("content-type", text.dataset.type);
  const start = performance.now();
  const answer = await ask(path, { method, headers, body: text?.value });
  const body = await answer.text();
  const took = Math.round(performance.now() - start);
  const told = ["content-type", "www-authenticate", "location", "retry-after"];
  return [
    make("p", `${answer.status} ${answer.statusText}, ${took} ms`, { className: "reply" }),
    ...told.filter((name) => answer.headers.has(name))
      .map((name) => make("p", `${name}: ${answer.headers.get(name)}`, { className: "fine" })),
    body && make("pre", pretty(body), { tabIndex: 0 }),
  ];
}

for (const trial of document.querySelectorAll("form[data-path]")) {
  trial.addEventListener("submit", async (event) => {
    event.preventDefault();
    const came = await send(trial).catch((error) => [`Nothing came back: ${error.message}`]);
    trial.lastElementChild.replaceChildren(...came);
  });
  trial.hidden = false;
}
form.hidden = false;
