//! Static files: served from a folder, named with their hash so that browsers may keep them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use actix_files::Files;
use actix_web::body::MessageBody;
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

use crate::http::site::Site;

/// What the folder may hand out. A forgotten backup or source map stays inside.
const EXTENSIONS: [&str; 8] = ["css", "ico", "js", "png", "svg", "txt", "webp", "woff2"];

/// The folder of static files.
pub struct Assets {
    dir: PathBuf,
    /// The addresses with their hashes. Empty in development, where a file may change between two requests.
    urls: HashMap<String, String>,
    /// What was read in development, and of which state of the file.
    seen: Mutex<HashMap<String, (Stamp, String)>>,
}

/// When a file was last written, and its length: while both are the same, so is the file.
type Stamp = (SystemTime, u64);

impl Assets {
    /// Reads the folder. With `changing`, a file is read again when it was written meanwhile.
    pub(crate) fn new(dir: PathBuf, changing: bool) -> io::Result<Self> {
        let mut urls = HashMap::new();
        for entry in if changing { None } else { Some(fs::read_dir(&dir)?) }.into_iter().flatten() {
            let path = entry?.path();
            if let (Some(name), Ok(hash)) = (path.file_name(), hash(&path)) {
                let name = name.to_string_lossy();
                urls.insert(name.clone().into_owned(), format!("/static/{name}?v={hash}"));
            }
        }
        Ok(Self { dir, urls, seen: Mutex::default() })
    }

    /// The address of a file, with the hash of its content: another content is another address.
    pub fn url(&self, name: &str) -> Cow<'_, str> {
        if let Some(url) = self.urls.get(name) {
            return Cow::Borrowed(url);
        }
        Cow::Owned(match self.read(name) {
            Some(hash) => format!("/static/{name}?v={hash}"),
            None => format!("/static/{name}"),
        })
    }

    /// Serves the folder under `/static`. There is no listing, and no file whose name begins with
    /// a dot.
    pub fn service(&self) -> impl HttpServiceFactory + use<> {
        let files = Files::new("", &self.dir)
            .use_last_modified(true)
            .path_filter(|path, _| is_served(path))
            .prefer_utf8(true);
        web::scope("/static").wrap(actix_web::middleware::from_fn(cache)).service(files)
    }

    /// The hash of a file that lies directly in the folder, in development.
    fn read(&self, name: &str) -> Option<String> {
        if !self.urls.is_empty() {
            return None;
        }
        // The name may come from an address: it must not lead out of the folder, nor to something
        // whose reading never ends.
        let path = self.dir.join(Path::new(name).file_name().filter(|file| *file == name)?);
        let file = fs::metadata(&path).ok().filter(|file| file.is_file() && is_served(&path))?;
        let stamp = (file.modified().ok()?, file.len());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, hash)) = seen.get(name).filter(|(then, _)| *then == stamp) {
            return Some(hash.clone());
        }
        let hash = hash(&path).ok()?;
        seen.insert(name.to_owned(), (stamp, hash.clone()));
        Some(hash)
    }
}

fn is_served(path: &Path) -> bool {
    path.extension().is_some_and(|ext| EXTENSIONS.iter().any(|known| ext == *known))
}

fn hash(path: &Path) -> io::Result<String> {
    Ok(BASE64.encode(&Sha256::digest(fs::read(path)?)[..9]))
}

/// A file asked for with the hash of its content never changes; without it, ask again each time.
async fn cache(
    req: ServiceRequest, next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let name = req.path().strip_prefix("/static/").unwrap_or_default();
    let asked = format!("{}?{}", req.path(), req.query_string());
    let fixed = asked == Site::of(req.request()).assets().url(name);
    let mut res = next.call(req).await?;
    if res.status().is_success() {
        let value = if fixed { "public, max-age=31536000, immutable" } else { "no-cache" };
        res.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    }
    Ok(res)
}
