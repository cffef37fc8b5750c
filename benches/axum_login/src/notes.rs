//! Ada's notes.

use std::error::Error;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use benches::{Notes, now};
use sqlx::sqlite::SqlitePool;
use time::PrimitiveDateTime;

use crate::{AuthSession, Failed, shown};

#[derive(sqlx::FromRow)]
struct Note {
    id: i64,
    title: String,
    body: String,
    created_at: PrimitiveDateTime,
}

/// Makes the table, and twenty of them.
pub async fn fill(pool: &SqlitePool) -> Result<(), Box<dyn Error>> {
    let table = include_str!("../../notes.sql").replace("{id}", "INTEGER");
    sqlx::raw_sql(&table).execute(pool).await?;
    for id in 1..=20 {
        let note =
            "INSERT INTO notes (id, user_id, title, body, created_at) VALUES (?, 1, ?, '', ?)";
        let title = format!("Note {id:02}");
        sqlx::query(note).bind(id).bind(title).bind(now()).execute(pool).await?;
    }
    Ok(())
}

pub async fn list(
    auth: AuthSession, State(pool): State<SqlitePool>,
) -> Result<Html<String>, Failed> {
    let id = auth.user.as_ref().map(|user| user.id);
    let find =
        "SELECT id, title, body, created_at FROM notes WHERE user_id = ? ORDER BY id DESC LIMIT 20";
    let rows: Vec<Note> = sqlx::query_as(find).bind(id).fetch_all(&pool).await?;
    let notes = rows.into_iter().map(|Note { id, title, body, created_at }| benches::Note {
        id,
        title,
        body,
        created_at,
    });
    Ok(Html(Notes::new(shown(&auth)?, notes.collect()).render()?))
}
