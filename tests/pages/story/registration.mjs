// The pages of who asks for an account, for story.mjs.
import { submit } from "./steps.mjs";

const CAROL = {
  name: "Carolina Wolfeschlegelsteinhausen-Bergerdorff",
  email: "carolina.wolfeschlegelsteinhausen-bergerdorff@mail.example.com",
  password: "violet kettle marching north",
};

// Nobody has an account.
export const TOO_EARLY = [
  { group: "Register", name: "register-too-early", who: "stranger", path: "/register", sees: "made through the link" },
];

export const PAGES = [
  { group: "Register", name: "register", who: "stranger", path: "/register" },
  { group: "Register", name: "register-wrong", who: "stranger", path: "/register", steps: submit({ email: "bea@localhost" }, "Send the link"), status: 422 },
  { group: "Register", name: "register-sent", who: "stranger", path: "/register", steps: submit({ email: CAROL.email }, "Send the link"), sees: "Check your mail" },
  { group: "Links", name: "410-not-opened-here", who: "stranger", path: "/register/confirm", status: 410 },
];

// She makes her account.
export const JOIN = [
  { group: "Join", name: "join", who: "stranger", path: (story) => story.link("Make your account"), sees: CAROL.email },
  { group: "Join", name: "join-wrong", who: "stranger", path: (story) => story.link("Make your account"), status: 422,
    steps: submit({ name: "", password: "passwordpassword" }, "Make the account") },
  { group: "Join", name: "join-judged", who: "stranger", path: (story) => story.link("Make your account"), sees: "This is a good password",
    steps: async (stranger) => {
      await stranger.fill({ name: "Carol", password: CAROL.password });
      await stranger.page.getByText("This is a good password").waitFor();
    } },
  { group: "Dashboard", name: "dashboard-joined", who: "carol", path: (story) => story.link("Make your account"), sees: "Your account is ready",
    steps: submit({ name: CAROL.name, password: CAROL.password }, "Make the account") },
  { group: "Links", name: "410-used", who: "stranger", path: (story) => story.link("Make your account"), status: 410 },
];
