//! A copy of what is stored of one user.

/// A function that copies what a table holds of one user: the rows of type `$row` whose `$owner` they are,
/// with these columns, the newest first, and only those that are so, where that is said:
/// `copy_of!(notes.user_id, Note where notes::deleted_at.is_null(); title, body)`; without columns, all of `$row`.
#[macro_export]
macro_rules! copy_of {
    // All that a model shows its owner.
    ($table:ident . $owner:ident, $row:ty $(where $which:expr)?) => {
        |conn, user_id| {
            let own = $table::table.filter($table::$owner.eq(user_id))$(.filter($which))?;
            let mut rows: Vec<$row> = own.select(<$row>::as_select()).load(conn)?;
            // Sorted here: the database would sort all of them before it gave one.
            rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
            Ok(serde_json::json!(rows))
        }
    };
    ($table:ident . $owner:ident, $row:ty $(where $which:expr)?; $($field:ident),+ $(,)?) => {
        |conn, user_id| {
            let own = $table::table.filter($table::$owner.eq(user_id))$(.filter($which))?;
            let mut rows: Vec<(i64, $row)> =
                own.select(($table::id, <$row>::as_select())).load(conn)?;
            rows.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(*id));
            Ok(rows.iter().map(|(_, row)| kit::export!(row; $($field),+)).collect())
        }
    };
}
