// Asks for the page again when there is another one. Only while somebody looks at it: a browser opens six
// connections to a site, and each tab would hold one.
"use strict";
{
  const { search } = new URL(document.currentScript.src);
  let changes;
  const listen = () => {
    changes?.close();
    if (document.hidden) return;
    changes = new EventSource(`/dev/refresh${search}`);
    changes.onmessage = () => location.reload();
  };
  addEventListener("visibilitychange", listen);
  listen();
}
