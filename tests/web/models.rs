//! The models that have pages, whichever they are. Their rows are made by the forms that these pages draw, so
//! that a walk over all routes takes a new model in by itself.

use crate::browser::{Answer, Browser, Site};
use crate::drawn::{Drawn, Take, form_of, forms_of};

/// The addresses of their lists: `/papers`, where `/papers/new` is a page.
pub async fn models(site: &Site) -> Vec<String> {
    let routes = site.app.routes().await;
    let takes = |path: &str, method: &str| {
        let mut found = routes.iter().filter(|(route, _)| route == path);
        found.any(|(_, methods)| methods.iter().any(|known| known == method))
    };
    let lists = routes.iter().filter_map(|(route, _)| route.strip_suffix("/new"));
    let lists = lists.filter(|list| list.matches('/').count() == 1 && takes(list, "POST"));
    lists.map(str::to_owned).collect()
}

/// Whether a path is this place, or under it.
pub fn is_under(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Leaves a row of each model that she may add to, first of those that others refer to, and stops behind the
/// model that `path` is about: nothing refers to its row then.
pub async fn leave_rows(ada: &Browser, path: &str) {
    let path = path.strip_prefix("/api").unwrap_or(path);
    let mut left = models(&ada.site).await;
    while let Some(list) = leave_next_row(ada, &mut left).await {
        if is_under(path, &list) {
            break;
        }
    }
}

/// Leaves a row of the next of these models, and takes it off the list.
pub async fn leave_next_row(ada: &Browser, left: &mut Vec<String>) -> Option<String> {
    let form = next(ada, left).await?.filled_by_kind(Take::First);
    accepted(form.send(ada).await, &form);
    left.retain(|list| *list != form.action);
    Some(form.action)
}

/// The form for a new row of the first model that has something to choose wherever it refers to another.
async fn next(ada: &Browser, left: &[String]) -> Option<Drawn> {
    let mut forms = Vec::new();
    for list in left {
        let page = ada.get(&format!("{list}/new")).await;
        // Some are for administrators.
        forms.extend((page.status != 403).then(|| form_of(&page, list)));
    }
    let mut whole = forms.iter().filter(|form| form.offers_all_choices());
    let found = whole.next().or_else(|| forms.iter().find(|form| form.offers_choices()));
    assert!(
        found.is_some() || forms.is_empty(),
        "each of these refers to another, of which no form of a page `/…/new` makes a row: {left:?}"
    );
    found.cloned()
}

/// The tables of those whose rows belong to all: another administrator reads them too.
pub async fn shared() -> Vec<String> {
    let site = Site::open().await;
    let (ada, grace) = (site.administrator("ada").await, site.administrator("grace").await);
    leave_rows(&ada, "").await;
    let mut shared = Vec::new();
    for list in models(&site).await {
        let is_there = grace.get(&format!("{list}/1")).await.status == 200;
        shared.extend(is_there.then(|| list[1..].replace('-', "_")));
    }
    shared
}

/// Fails unless the server took what a form was filled with.
#[track_caller]
pub fn accepted(answer: Answer, form: &Drawn) -> Answer {
    assert!(
        answer.status < 400,
        "what was typed is refused: say in `Field::example` in tests/web/drawn.rs what is good for such a \
         field.\n{form:#?}\n{} {}",
        answer.status,
        answer.body
    );
    answer
}

/// Opens every page of a model, about its first row where it is about one, for the forms that they draw.
pub async fn forms(ada: &Browser, list: &str) -> Vec<Drawn> {
    let mut forms = Vec::new();
    for (route, methods) in ada.site.app.routes().await {
        let path = route.replace("{id}", "1");
        let is_page = methods.iter().any(|method| method == "GET") && !path.contains('{');
        if is_page && is_under(&path, list) {
            let page = ada.get(&path).await;
            assert!(
                page.status < 400,
                "{route}: {} about the row that the form before made",
                page.status
            );
            forms.extend(forms_of(&page));
        }
    }
    forms
}

/// Deletes the first row by the form for it, if there is one; the forms on the page that follows.
pub async fn delete(ada: &Browser, list: &str, forms: &[Drawn]) -> Vec<Drawn> {
    let action = format!("{list}/1/delete");
    let Some(form) = forms.iter().find(|form| form.action == action) else { return Vec::new() };
    let answer = accepted(form.send(ada).await, form);
    forms_of(&ada.follow(&answer).await)
}
