//! Ada's notes.

use std::error::Error;

use actix_identity::Identity;
use actix_web::web;
use benches::{Notes, now};
use diesel::prelude::*;
use time::PrimitiveDateTime;

use crate::{Answer, Connection, Pool, ask, draw, id_of, user_of};

diesel::table! {
    notes {
        id -> BigInt,
        user_id -> BigInt,
        title -> Text,
        body -> Text,
        created_at -> Timestamp,
    }
}

#[derive(Queryable, Selectable)]
struct Note {
    id: i64,
    title: String,
    body: String,
    created_at: PrimitiveDateTime,
}

/// Makes the table, and twenty of them.
pub fn fill(connection: &mut Connection) -> Result<(), Box<dyn Error>> {
    use diesel::connection::SimpleConnection as _;

    let key = if cfg!(feature = "postgres") { "BIGINT" } else { "INTEGER" };
    connection.batch_execute(&include_str!("../../../notes.sql").replace("{id}", key))?;
    for id in 1..=20 {
        let title = notes::title.eq(format!("Note {id:02}"));
        let note = (
            notes::id.eq(id),
            notes::user_id.eq(1),
            title,
            notes::body.eq(""),
            notes::created_at.eq(now()),
        );
        diesel::insert_into(notes::table).values(note).execute(connection)?;
    }
    Ok(())
}

pub async fn list(identity: Identity, pool: web::Data<Pool>) -> Answer {
    let (user, id) = (user_of(&identity, &pool).await?, id_of(&identity)?);
    let rows: Vec<Note> = ask(&pool, move |connection| {
        let own = notes::table.filter(notes::user_id.eq(id)).order(notes::id.desc()).limit(20);
        Ok(own.select(Note::as_select()).load(connection)?)
    })
    .await?;
    let notes = rows.into_iter().map(|Note { id, title, body, created_at }| benches::Note {
        id,
        title,
        body,
        created_at,
    });
    draw(&Notes::new(user, notes.collect()))
}
