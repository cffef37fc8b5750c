// The pages about the API, for story.mjs.
const OPENED = "it is the page of docs-stranger, with something open";

export const PAGES = [
  { group: "The API", name: "docs-stranger", who: "stranger", path: "/docs", sees: "Authorize", except: { weight: "the whole API is on it" } },
  { group: "The API", name: "docs", who: "ada", path: "/docs", sees: "/api/me", except: { weight: OPENED },
    steps: (ada) => ada.page.evaluate(() => { for (const part of document.querySelectorAll("main details")) part.open = true; }) },
  { group: "The API", name: "docs-answer", who: "ada", path: "/docs", sees: "401",
    except: { weight: OPENED, console: "the browser writes down there what was answered, and that was asked for" },
    steps: async (ada) => {
      await (await ada.find("main details:has-text('/api/me') summary")).click();
      await (await ada.find("main details:has-text('/api/me') form button")).click();
      await ada.page.locator("main details[open] [aria-live]").getByText("401").first().waitFor();
    } },
];
