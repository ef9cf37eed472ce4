//! What strace wrote down, as calls on the files of the database, in the order in which they began.

use std::collections::HashMap;
use std::path::Path;

/// What was done to a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    Write {
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        to: usize,
    },
    /// Everything written before the call with this number is on the disk.
    Synced {
        before: usize,
    },
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it began, seconds since 1970. A sync stands where it ended.
    pub at: f64,
    /// The file's name in the data folder.
    pub file: String,
    pub deed: Deed,
}

/// Reads the trace: calls on files of `data`, since `begin`.
pub fn read(trace: &Path, data: &Path, begin: f64) -> Vec<Call> {
    let text = std::fs::read_to_string(trace).unwrap();
    // Strings are in hex, and so are names.
    let data = format!("<{}", hex(&format!("{}/", data.display())));
    let (mut calls, mut syncs): (Vec<Call>, HashMap<&str, (String, usize)>) =
        (vec![], HashMap::new());
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((at, call)) = rest.trim_start().split_once(' ') else {
            continue;
        };
        let at: f64 = at.parse().unwrap_or_default();
        if call.starts_with("<... f") && call.contains("sync resumed") {
            if let Some((file, before)) = syncs.remove(thread) {
                calls.push(Call {
                    at,
                    file,
                    deed: Deed::Synced { before },
                });
            }
            continue;
        }
        let Some(start) = call.find(&data) else {
            continue;
        };
        let Some((file, arguments)) = call[start + data.len()..].split_once('>') else {
            continue;
        };
        let file = String::from_utf8(bytes(file)).unwrap();
        if at < begin || !file.starts_with("assent.db") || file.ends_with("-shm") {
            continue;
        }
        let name = call.split('(').next().unwrap_or_default();
        match name {
            "pwrite64" => calls.push(Call {
                at,
                file,
                deed: written(arguments),
            }),
            "ftruncate" => {
                let to = number(arguments.trim_start_matches(", "));
                calls.push(Call {
                    at,
                    file,
                    deed: Deed::Truncate { to },
                });
            }
            "fsync" | "fdatasync" => {
                let before = calls.len();
                if call.contains("<unfinished") {
                    syncs.insert(thread, (file, before));
                } else {
                    calls.push(Call {
                        at,
                        file,
                        deed: Deed::Synced { before },
                    });
                }
            }
            _ => panic!("a call this test does not know: {name}"),
        }
    }
    calls
}

/// `, "\x53\x51…", 4096, 8192) = 4096`, or without its end when another thread came between.
fn written(arguments: &str) -> Deed {
    let (hex, rest) = arguments
        .trim_start_matches(", \"")
        .split_once('"')
        .unwrap();
    let bytes = bytes(hex);
    let mut rest = rest.trim_start_matches(", ").split(", ");
    let length = number(rest.next().unwrap());
    assert_eq!(bytes.len(), length, "strace cut the bytes short");
    Deed::Write {
        at: number(rest.next().unwrap()),
        bytes,
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.split("\\x").skip(1);
    digits
        .map(|two| u8::from_str_radix(two, 16).unwrap())
        .collect()
}

fn number(text: &str) -> usize {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
