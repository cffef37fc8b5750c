//! Routes that tell what their handlers ask for. A handler's requirements are its arguments: the types
//! themselves are read out, so that no list beside them could say something else.

use std::any::{TypeId, type_name};
use std::convert::Infallible;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::guard::{Guard, GuardContext};
use actix_web::introspection::{IntrospectionReportItem, IntrospectionTree};
use actix_web::web::{self, Data};
use actix_web::{FromRequest, Handler, HttpRequest, Responder};

/// The handlers of one address: [`actix_web::Resource`], and what they ask for.
pub struct Resource(actix_web::Resource);

/// Begins with the address.
pub fn resource(path: &str) -> Resource {
    Resource(web::resource(path))
}

macro_rules! methods {
    ($($method:ident $name:literal),*) => {
        impl Resource {
            $(
                #[doc = concat!("The handler of ", $name, ".")]
                #[must_use]
                pub fn $method<F, Args>(self, handler: F) -> Self
                where
                    F: Handler<Args>,
                    Args: Arguments + 'static,
                    F::Output: Responder + 'static,
                {
                    let asks = Asks { method: $name, arguments: Args::list };
                    Self(self.0.route(web::$method().guard(asks).to(handler)))
                }
            )*
        }
    };
}
methods!(get "GET", post "POST", put "PUT", patch "PATCH", delete "DELETE");

impl Resource {
    /// As Actix Web knows it, to be wrapped.
    pub fn into_inner(self) -> actix_web::Resource {
        self.0
    }
}

impl HttpServiceFactory for Resource {
    fn register(self, config: &mut AppService) {
        self.0.register(config);
    }
}

/// What a handler asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The type, with its full name.
    pub name: String,
    /// Whether it can keep the handler from running.
    pub refuses: bool,
}

/// The arguments of a handler.
pub trait Arguments: FromRequest {
    /// Each of them, those within a tuple too.
    fn list() -> Vec<Argument>;
}

fn argument<T: FromRequest + 'static>() -> Vec<Argument> {
    let (name, refuses) =
        (type_name::<T>(), TypeId::of::<T::Error>() != TypeId::of::<Infallible>());
    let names = flat(name);
    // Of what is in a tuple, only the name is known.
    let refuses = refuses && names == [name];
    names.into_iter().map(|name| Argument { name: name.to_owned(), refuses }).collect()
}

macro_rules! arguments {
    ($($T:ident)*) => {
        impl<$($T: FromRequest + 'static),*> Arguments for ($($T,)*) {
            fn list() -> Vec<Argument> {
                let each: Vec<Vec<Argument>> = vec![$(argument::<$T>()),*];
                each.concat()
            }
        }
    };
}
arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);
arguments!(A B C D E F G);
arguments!(A B C D E F G H);
arguments!(A B C D E F G H I);
arguments!(A B C D E F G H I J);

/// Stands before a handler, and lets everybody pass. Names are all that the router's report tells of a route:
/// this one has the handler's arguments in its own.
struct Asks {
    method: &'static str,
    arguments: fn() -> Vec<Argument>,
}

impl Guard for Asks {
    fn check(&self, _: &GuardContext<'_>) -> bool {
        true
    }

    fn name(&self) -> String {
        let arguments = (self.arguments)().into_iter();
        let names =
            arguments.map(|argument| argument.name + if argument.refuses { "!" } else { "" });
        format!("{}|{}", self.method, names.collect::<Vec<_>>().join("|"))
    }
}

/// A route, as the router knows it.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its address.
    pub path: String,
    /// Its methods.
    pub methods: Vec<String>,
    asks: Vec<String>,
}

impl Route {
    /// All of the app that a request came to: the router's report is to be had from inside of one only.
    pub fn all(req: &HttpRequest) -> Vec<Self> {
        let tree = req.app_data::<Data<IntrospectionTree>>();
        let items = tree.map_or_else(Vec::new, |tree| Vec::from(&tree.root));
        let route = |item: IntrospectionReportItem| Self {
            path: item.full_path,
            methods: item.methods,
            asks: item.guards,
        };
        items.into_iter().map(route).collect()
    }

    /// What the handler of a method asks for. `None` where that is not known: files, and what was made without
    /// [`resource`].
    pub fn arguments(&self, method: &str) -> Option<Vec<Argument>> {
        let asks =
            self.asks.iter().find_map(|asks| asks.strip_prefix(method)?.strip_prefix('|'))?;
        let names = asks.split('|').filter(|name| !name.is_empty());
        let argument = |name: &str| match name.strip_suffix('!') {
            Some(name) => Argument { name: name.to_owned(), refuses: true },
            None => Argument { name: name.to_owned(), refuses: false },
        };
        Some(names.map(argument).collect())
    }
}

/// What is in a tuple, and in those within it.
fn flat(tuple: &str) -> Vec<&str> {
    let Some(inside) = tuple.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return vec![tuple];
    };
    let mut depth = 0;
    let parts = inside.split(|c: char| {
        depth += i32::from("(<[".contains(c)) - i32::from(")>]".contains(c));
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).flat_map(flat).collect()
}

/// A type's name without the paths: `Own<app::notes::model::Note>` is `Own<Note>`.
pub fn short(name: &str) -> String {
    let mut short = String::new();
    for part in name.split_inclusive(|c: char| !(c.is_alphanumeric() || "_:".contains(c))) {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}
