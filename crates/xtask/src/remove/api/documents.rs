//! What tells of what programs may call, measures and judges it.

use crate::remove::steps::Cut::{All, Block, Column, Lines, Paragraph, Section, With, Words};
use crate::remove::steps::Cuts;

pub const CUTS: Cuts = cuts! {
    ".env.example" {
        Block("# How long an access token lasts");
        Block("# How long a program can get new access tokens");
        Block("# Whether /auth/token gives tokens");
        Block("# A key pair for access tokens");
        Block("# Whether /docs describes the API");
    }
    "README.md" {
        Lines("cargo xtask remove api");
        Words("Your name, without the worked example and the API, with", "Your name, without the worked example, with");
        Words("| pages for a model by command | yes, with API and tests |", "| pages for a model by command | yes, with tests |");
    }
    "docs/programs.md" {
        Section("## Programs");
        Words(" A script in a page gets 401\nor 403 (htmx is sent to that page), and a program 401.", " A script in a page gets 401\nor 403 (htmx is sent to that page).");
        Words("| `Own<Note>`, `Own<Note, Scoped<NotesRead>>` |", "| `Own<Note>` |");
        Words("| `Own<Thing>`, `Own<Thing, Scoped<ProfileRead>>` |", "| `Own<Thing>` |");
    }
    "docs/commands.md" { Words("pages, API, tables, tests. `--help` lists the kinds of fields; `--no-api`, `--admin`", "pages, tables, tests. `--help` lists the kinds of fields; `--admin`"); }
    "AGENTS.md" { Words("`Own<T>`, `Scoped<S>`. A route", "`Own<T>`. A route"); }
    "docs/security.md" {
        Column("| what happens |", 3);
        Section("## Tokens for programs");
        Paragraph("- A program that logs in by `/auth/token`");
        Words(" Besides: a used refresh token that\ncomes back ends its family; a log-in ends", " Besides: a log-in ends");
        Words("Under `/api/`, `/auth/` and\n`/.well-known/` cookies are taken off.", "Under `/.well-known/` cookies\nare taken off.");
    }
    "docs/login-manager.md" {
        Words("   `grants::set_up` adds the life of an access token and, with `TOKEN_PRIVATE_KEY_FILE`, its key pairs\n   (`Builder::access_keys`): it may name several, `new,old`, of which the first signs and all verify.\n", "");
        Words("from the builder, and `Grants`\n   their `AccessTokens`. All that these two go by is set before: `build` refuses what comes later.", "from the builder. All that\n   they go by is set before: `build` refuses what comes later.");
        Words("for a session's token and\n   `Grants::find` for an access token. `Scopes::may_hold` says at each request what a token may hold.", "for a session's token.");
        Words("`Sessions` and `Grants` stand below the `LoginManager`, and write tokens without it.", "`Sessions` stand below the `LoginManager`, and write tokens without it.");
        Words("has the aliases `CurrentUser`, `OptionalUser` and `Scoped<S>`, and the app's own\nguards: `CurrentSession`, `Sudo`, `Verified`, `Admin`. There is none for `actix_login::ApiUser`: a handler for programs\nnames the scope it needs. What people and programs may both do asks for `actix_login::AnyUser<Login, S>`.", "has the aliases `CurrentUser` and `OptionalUser`, and the app's own guards:\n`CurrentSession`, `Sudo`, `Verified`, `Admin`.");
        Words("`not_verified`, `out_of_scope`; the pages", "`not_verified`; the pages");
        Words(": with a token's claims, it was the cookie (`Caller::Person`) or an access token (`Caller::Program`), without them the request loader |", " |");
    }
    "docs/running.md" {
        Words(" An access token has no row of its own: it is good until its time is up by the clock that counts then.", "");
        Words("sessions, access and\n  refresh tokens and links. Otherwise", "sessions and\n  links. Otherwise");
        Words(" For the same reason, a refresh token ends earlier when `REFRESH_EXPIRY` is made shorter.", "");
    }
    "docs/comparison.md" { Words(", Laravel's Sanctum, the scopes of FastAPI-Login.", ", Laravel's Sanctum."); }
    "docs/architecture.md" {
        Words(", `src/api.rs`, `src/api/` |", " |");
        Words("can never pass as an access token |", "can never pass as anything else |");
        Words("| sessions, access tokens | `SessionCookie`, `AccessTokens` sign and verify |", "| sessions | `SessionCookie` signs and verifies |");
        Words("has\n`CurrentUser`, `OptionalUser` and `Scoped<S>` for", "has\n`CurrentUser` and `OptionalUser` for");
        Words(" by the cookie; a program passes `Scoped<…>` by the header, never the other way\nround: a token may be good for less than all that its owner may do.", " by the cookie.");
        Paragraph("A program gets its tokens from");
        Words("`login` says how tokens and cookies are made, and from that `Sessions` get the `SessionCookie` and `Grants` the\n`AccessTokens`; `recognise` then adds the loaders that ask those two.", "`login` says how tokens and cookies are made, and from that `Sessions` get the `SessionCookie`; `recognise` then adds the\nloader that asks them.");
        Words("home · yours · accounts · api; some have docs · dev", "home · yours · accounts; some have dev");
        Words("app → docs → { home, yours, accounts, api, dev }", "app → { home, yours, accounts, dev }");
        Words("| `src/dev.rs`, `src/dev/`, `src/docs.rs` | [pages for developers](development.md), the API described |", "| `src/dev.rs`, `src/dev/` | [pages for developers](development.md) |");
        Words("where programs call (/api/, /auth/, /.well-known/), no cookie", "where programs call (/.well-known/), no cookie");
        Words("`Features`, `Grants`, `Outbox`", "`Features`, `Outbox`");
        Words("`Db`, `Clock` and `Scopes` are what", "`Db` and `Clock` are what");
        Words("routes, its routes for programs, its description, its scopes, its tables", "routes, its tables");
        Words("`tests/instances/together.rs`, `tests/instances/api.rs`, ", "`tests/instances/together.rs`, ");
        Words("`tests/binary/clock.rs`, `tests/binary/api.rs` (", "`tests/binary/clock.rs` (");
        Words("`people/sessions.rs`, `people/grants.rs` keep the rows", "`people/sessions.rs` keeps the rows");
        Paragraph("| the token endpoint |");
        Paragraph("| while key pairs rotate, all of them verify");
        Paragraph("| no cookie counts where programs call |");
    }
    "scripts/check" {
        With("totp", &Words(" requests-oauthlib==2.0.0 oauthlib==4.0.1 authlib==1.9.10 'pyjwt[crypto]==2.15.1' requests==2.34.2", ""));
    }
    "benches/access_tokens.py" { All; }
    "benches/templates/base.html" { Words("accounts, protected pages and an API.", "accounts and protected pages."); }
    "scripts/bench" {
        Lines("access_tokens");
        Words("    def ask_as_a_program(self, name, token):\n        self.ask(f\"ours: /api/me, {name} token\", self.ours, \"/api/me\", Authorization=f\"Bearer {token}\",\n                 Accept=\"application/json\")\n\n", "");
    }
    "benches/notes.py" {
        Words("\"\"\"The notes: twenty of them in a list, and writing more.\"\"\"\n\nimport json\n\nimport load\nfrom load import Candidate, request\nfrom servers", "\"\"\"The notes: twenty of them in a list.\"\"\"\n\nfrom servers");
        Words("\n\ndef writes(server, token, seconds):\n    \"\"\"Notes a second that a program writes, each in a transaction of its own.\"\"\"\n    body = json.dumps({\"title\": \"a note\", \"body\": \"with some words\"})\n    note = request(\"POST\", \"/api/notes\", Authorization=f\"Bearer {token}\", Accept=\"application/json\", body=body,\n                   **{\"Content-Type\": \"application/json\", \"Content-Length\": str(len(body))})\n    writing = Candidate(\"a note by POST /api/notes\", server, [note], status=201)\n    for _ in range(3):\n        writing.run(seconds)\n    print(\"\\n## Writing\\n\")\n    load.costs_table([writing], writing)\n", "");
    }
    "docs/performance.md" {
        Lines("/api/me");
        Lines("/api/notes");
        Lines("## Writing");
    }
    "tests/pages/story/api.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./api.mjs"); }
    "tests/pages/story.mjs" { Lines("features.api."); }
};
