//! A way to a PostgreSQL that can be cut: while it is, nothing arrives, and nobody is told.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often a cut way looks whether it is whole again.
const LOOK: Duration = Duration::from_millis(20);
/// The name PostgreSQL's clients look for in a folder.
const SOCKET: &str = ".s.PGSQL.5432";

pub struct Relay {
    folder: PathBuf,
    cut: Arc<AtomicBool>,
    server: Arc<Mutex<PathBuf>>,
}

impl Relay {
    /// Listens in `folder` and passes everything on to the server whose socket is in `server`.
    pub fn open(folder: &Path, server: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let listener = UnixListener::bind(folder.join(SOCKET)).unwrap();
        let cut = Arc::new(AtomicBool::new(false));
        let server = Arc::new(Mutex::new(server.join(SOCKET)));
        let (to, is_cut) = (Arc::clone(&server), Arc::clone(&cut));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = to.lock().unwrap().clone();
                let Ok(server) = UnixStream::connect(server) else {
                    continue;
                };
                pass_on(
                    client.try_clone().unwrap(),
                    server.try_clone().unwrap(),
                    &is_cut,
                );
                pass_on(server, client, &is_cut);
            }
        });
        Self {
            folder: folder.to_owned(),
            cut,
            server,
        }
    }

    /// From now on new connections go to the server whose socket is in `server`.
    pub fn lead_to(&self, server: &Path) {
        *self.server.lock().unwrap() = server.join(SOCKET);
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }
}

fn pass_on(mut from: UnixStream, mut to: UnixStream, cut: &Arc<AtomicBool>) {
    let cut = Arc::clone(cut);
    std::thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            while cut.load(Ordering::SeqCst) {
                std::thread::sleep(LOOK);
            }
            if to.write_all(&bytes[..n]).is_err() {
                break;
            }
        }
        to.shutdown(std::net::Shutdown::Both).ok();
    });
}
