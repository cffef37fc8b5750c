//! A copy of what is stored of one user.

/// A function that copies what a table holds of one user: the rows of type `$row` whose `$owner` they are,
/// with these columns, the newest first. `copy_of!(notes.user_id, Note; title, body)`.
#[macro_export]
macro_rules! copy_of {
    ($table:ident . $owner:ident, $row:ty; $($field:ident),+ $(,)?) => {
        |conn, user_id| {
            let own = $table::table.filter($table::$owner.eq(user_id));
            let own = own.order($table::id.desc()).select(<$row>::as_select());
            let rows: Vec<$row> = own.load(conn)?;
            Ok(rows.iter().map(|row| kit::export!(row; $($field),+)).collect())
        }
    };
}
