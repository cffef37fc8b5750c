//! Whether there is a place for a model: nothing is called as it or as a part of it, and all that it refers to is
//! there, and may be read by whoever reads it.

use super::{Access, Model, known};
use crate::field::Field;
use crate::project::{Project, Result};
use crate::served;
use crate::sql::has_table;

/// So many letters of a name does `PostgreSQL` keep.
const NAME_MAX: usize = 63;

impl Model {
    /// Refuses a model that would take something from another part of the app.
    pub(super) fn check_place(&self, project: &Project) -> Result<()> {
        let plural = &self.plural;
        let taken = |name: &str| {
            project.has(&format!("src/{name}.rs")) || project.has(&format!("src/{name}"))
        };
        if taken(plural) || has_table(&project.read("src/schema.rs")?, plural) {
            return Err(format!("There are {plural} already. Nothing was changed."));
        }
        if let Ok(other) = known::source_of(project, &self.name) {
            return Err(format!("There is a model `{}` already, in src/{other}.rs.", self.name));
        }
        for field in self.references() {
            self.check_reference(project, field)?;
        }
        served::check_address(project, &self.path)?;
        served::check_module(project, plural)?;
        if self.api {
            served::check_api(project, self.slug(), &self.type_name)?;
        }
        self.check_relations(project)
    }

    fn check_reference(&self, project: &Project, field: &Field) -> Result<()> {
        let table = field.table();
        match (self.access, known::access_of(project, table)?) {
            (Access::Public, Access::Owner) => Err(format!(
                "Everybody would read how somebody's {table} are called: make those by `--public`, too, or leave \
                 `{}` out.",
                field.stem()
            )),
            (Access::Admins, Access::Owner | Access::Public)
            | (Access::Owner | Access::Public, Access::Admins) => Err(format!(
                "Administrators share the one and not the other: what refers to {table} has to be as they are."
            )),
            _ => Ok(()),
        }
    }

    /// The table and its indexes have names that the database has not yet, and keeps as they are.
    fn check_relations(&self, project: &Project) -> Result<()> {
        let plural = &self.plural;
        let by = |what: &str| format!("{plural}_by_{what}");
        let mut names = vec![plural.clone(), by("user"), by("deletion")];
        names.extend(self.references().iter().map(|field| by(&field.name)));
        if let Some(long) = names.iter().find(|name| name.len() > NAME_MAX) {
            return Err(format!(
                "The index `{long}` would have a name of more than {NAME_MAX} letters, which PostgreSQL cuts: choose \
                 shorter names."
            ));
        }
        let made = served::texts(project, "migrations", "/up.sql")?;
        for name in names {
            let parts = [format!("TABLE {name} "), format!("INDEX {name} ")];
            if made.iter().any(|(_, sql)| parts.iter().any(|part| sql.contains(part))) {
                return Err(format!("The database has `{name}` already: choose another name."));
            }
        }
        Ok(())
    }
}
