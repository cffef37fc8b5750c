//! What [[ m.a() ]] holds, and whose [[ m.words_plural ]] are found how.
//!
//! `cargo xtask model [[ m.command ]]` makes this model.

[% if let Some(lints) = m.lints() -%]
#![allow([[ lints ]], reason = "fields and choices are called as they were asked for")]

[% endif -%]
use diesel::prelude::*;
use kit::Time;
[%- if m.uses_date() %]
use time::Date;
[%- endif %]

use crate::db::{[[ m.db_imports() ]]};
use crate::schema::{[[ m.tables() ]]};
use crate::web::{[[ m.web_imports() ]]};
[% for reference in m.references() %]
choices!(pub(super) [[ reference.type_name ]] in [[ reference.table() ]], called [[ reference.called ]][% if m.is_admin() %], of everybody[% endif %]);
[% endfor -%]
[% for choice in m.choices() %]
choice! {
    pub(super) enum [[ choice.type_name ]] { [[ choice.variants() ]] }
}
[% endfor %]
model! {
    /// [[ m.a_title() ]].
    pub(super) struct [[ m.type_name ]], Draft, Values in [[ m.plural ]] {
        [%- for field in m.fields %]
        [[ field.name ]]: [[ field.rust() ]],
        [%- endfor %]
    }
}

impl Form for Draft {
    fn check(&mut self, errors: &mut Errors) {
        self.check_fields(errors);
    }
}

[% if m.is_admin() -%]
/// The [[ m.words_plural ]] of all administrators: they share them.
#[diesel::dsl::auto_type]
pub(super) fn [[ m.plural ]]_of(_user_id: i64) -> _ {
    [[ m.plural ]]::table.filter([[ m.plural ]]::deleted_at.is_null())
}
[%- else -%]
[% if m.is_public() -%]
/// Everybody's [[ m.words_plural ]], which everybody may read.
#[diesel::dsl::auto_type]
pub(super) fn all_[[ m.plural ]]() -> _ {
    [[ m.plural ]]::table.filter([[ m.plural ]]::deleted_at.is_null())
}

/// One person's [[ m.words_plural ]]. Writing begins here, so that another's [[ m.words ]] is one that is not there.
[%- else -%]
/// One person's [[ m.words_plural ]]. Reading begins here, so that another's [[ m.words ]] is one that is not there.
[%- endif %]
#[diesel::dsl::auto_type]
pub(super) fn [[ m.plural ]]_of(user_id: i64) -> _ {
    [[ m.plural ]]::table.filter([[ m.plural ]]::user_id.eq(user_id)).filter([[ m.plural ]]::deleted_at.is_null())
}
[%- endif %]

/// One of them, if it is.
#[diesel::dsl::auto_type]
pub(super) fn [[ m.name ]]_of(user_id: i64, id: i64) -> _ {
    let own: [[ m.plural ]]_of = [[ m.plural ]]_of(user_id);
    own.filter([[ m.plural ]]::id.eq(id))
}

/// One that was deleted and can be brought back.
#[diesel::dsl::auto_type]
pub(super) fn deleted_[[ m.name ]]_of([% if m.is_admin() %]_user_id[% else %]user_id[% endif %]: i64, id: i64, now: Time) -> _ {
    let since: Time = now - UNDO;
    [[ m.plural ]]::table
        [%- if !m.is_admin() %]
        .filter([[ m.plural ]]::user_id.eq(user_id))
        [%- endif %]
        .filter([[ m.plural ]]::id.eq(id))
        .filter([[ m.plural ]]::deleted_at.gt(since))
}

impl Owned for [[ m.type_name ]] {
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        [[ m.name ]]_of(user_id, id).select(Self::as_select()).first(conn)
    }
}

/// What was looked for, a page at a time, the newest first unless another order is asked for.
[%- if m.is_public() %]
pub(super) async fn list(db: &Db, paging: Paging) -> Result<List<[[ m.type_name ]]>> {
[%- else %]
pub(super) async fn list(db: &Db, user_id: i64, paging: Paging) -> Result<List<[[ m.type_name ]]>> {
[%- endif %]
    let pattern = paging.pattern();
    let found = move || {
        let all = [[ m.readable() ]].into_boxed::<Backend>();
        let Some(pattern) = pattern.clone() else { return all };
        [%- if m.searched().len() == 1 %]
        all.filter(lower([[ m.plural ]]::[[ m.label().name ]]).like(pattern).escape('\\'))
        [%- else %]
        let in_[[ m.label().name ]] = lower([[ m.plural ]]::[[ m.label().name ]]).like(pattern.clone()).escape('\\');
        all.filter(in_[[ m.label().name ]][% for field in m.searched_too() %].or(lower([[ m.plural ]]::[[ field.name ]]).like(pattern[% if !loop.last %].clone()[% endif %]).escape('\\'))[% endfor %])
        [%- endif %]
    };
    let count = found.clone();
    let load = move |conn: &mut Connection, paging: &Paging| {
        let rows = in_order!(found(), paging, [[ m.plural ]]::id;
            [%- for field in m.sorted() %]
            "[[ field.name ]]" => [[ field.order(m.plural.as_str()) ]],
            [%- endfor %]
            "created" => [[ m.plural ]]::created_at,
        );
        rows.limit(paging.limit()).offset(paging.offset()).select([[ m.type_name ]]::as_select()).load(conn)
    };
    db.list(paging, load, move |conn| count().count().get_result(conn)).await
}

[% if !m.is_admin() -%]
/// For the dashboard.
pub(super) fn newest(conn: &mut Connection, user_id: i64) -> QueryResult<Vec<Row>> {
    let newest = [[ m.plural ]]_of(user_id).order([[ m.plural ]]::id.desc()).limit(5).select([[ m.type_name ]]::as_select());
    let row = |[[ m.row ]]: [[ m.type_name ]]| Row {
        path: format!("[[ m.path ]]/{}", [[ m.row ]].id),
        title: [[ m.row ]].[[ m.label().name ]],
        created_at: [[ m.row ]].created_at,
    };
    Ok(newest.load(conn)?.into_iter().map(row).collect())
}
[%- endif %]

pub(super) fn insert(conn: &mut Connection, user_id: i64, draft: Draft) -> Result<[[ m.type_name ]]> {
    let values = (draft.values(conn, user_id)?, [[ m.plural ]]::user_id.eq(user_id));
    let new = values.insert_into([[ m.plural ]]::table).returning([[ m.type_name ]]::as_returning());
    Ok(new.get_result(conn)?)
}

pub(super) fn update(conn: &mut Connection, user_id: i64, id: i64, draft: Draft) -> Result<[[ m.type_name ]]> {
    let values = draft.values(conn, user_id)?;
    let change = diesel::update([[ m.name ]]_of(user_id, id)).set(values);
    Ok(change.returning([[ m.type_name ]]::as_returning()).get_result(conn)?)
}

/// Takes it out of sight; for [`UNDO`] it can be brought back.
pub(super) fn remove(
    conn: &mut Connection, user_id: i64, id: i64, features: Features, now: Time,
) -> Result<()> {
    let end = diesel::update([[ m.name ]]_of(user_id, id)).set([[ m.plural ]]::deleted_at.eq(now));
    end.returning([[ m.plural ]]::id).get_result::<i64>(conn)?;
    features.let_go("[[ m.plural ]]", id, now, conn)
}

pub(super) fn bring_back(conn: &mut Connection, user_id: i64, id: i64, now: Time) -> Result<()> {
    let back = diesel::update(deleted_[[ m.name ]]_of(user_id, id, now));
    let back = back.set([[ m.plural ]]::deleted_at.eq(None::<Time>)).returning([[ m.plural ]]::id);
    back.get_result::<i64>(conn)?;
    Ok(())
}

/// Five of them, to look at.
pub(super) fn samples(conn: &mut Connection, user_id: i64) -> Result<usize> {
    [%- for reference in m.references() %]
    let [[ reference.list ]] = [[ reference.type_name ]]::of(conn, user_id, None)?;
    [%- if reference.is_optional %]
    let [[ reference.name ]] = [[ reference.list ]].iter().next().map_or_else(String::new, |(id, _)| id.to_string());
    [%- else %]
    let Some((id, _)) = [[ reference.list ]].iter().next() else { return Ok(0) };
    let [[ reference.name ]] = id.to_string();
    [%- endif %]
    [%- endfor %]
    for number in 1..=5 {
        let draft = Draft {
            [%- for field in m.fields %]
            [[ field.name ]]: Typed::new([[ field.sample(m.title().as_str()) ]]),
            [%- endfor %]
        };
        insert(conn, user_id, draft)?;
    }
    Ok(5)
}

pub(super) const EXPORT: Export =
    copy_of!([[ m.plural ]].user_id, [[ m.type_name ]] where [[ m.plural ]]::deleted_at.is_null());
