//! XES (IEEE 1849-2016), read as a stream: one trace in memory at a time.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::log::{
    ATTRIBUTE_BYTES_MAX, ATTRIBUTES_MAX, EVENTS_PER_CASE_MAX, LogCase, LogEvent, LogFault, moment,
};

/// Deepest nesting of elements.
const DEPTH_MAX: usize = 32;
/// Most bytes of one tag or text: what the XML reader may hold at once.
const TAG_BYTES_MAX: usize = 1024 * 1024;

/// The traces of a XES file.
pub(super) struct Xes<R: BufRead> {
    reader: Reader<Metered<R>>,
    since_tag: Arc<AtomicUsize>,
    buffer: Vec<u8>,
    /// Names of the open elements.
    open: Vec<Element>,
    done: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Log,
    Trace,
    Event,
    /// An attribute, possibly with attributes of its own.
    Attribute,
    Other,
}

impl<R: BufRead> Xes<R> {
    pub(super) fn new(reader: R) -> Self {
        let since_tag = Arc::new(AtomicUsize::new(0));
        let metered = Metered {
            inner: reader,
            since_tag: Arc::clone(&since_tag),
        };
        Self {
            reader: Reader::from_reader(metered),
            since_tag,
            buffer: Vec::new(),
            open: Vec::new(),
            done: false,
        }
    }

    /// Reads up to the end of the next trace.
    fn next_case(&mut self) -> Result<Option<LogCase>, LogFault> {
        let mut case = LogCase::default();
        loop {
            self.buffer.clear();
            self.since_tag.store(0, Ordering::Relaxed);
            let at = self.reader.buffer_position();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(fault) => return Err(broken(at, &fault)),
            };
            match event {
                Event::Start(tag) => {
                    let element = opened(&tag, &self.open, &mut case, at)?;
                    if self.open.len() >= DEPTH_MAX {
                        return Err(too_much(at));
                    }
                    self.open.push(element);
                }
                Event::Empty(tag) => {
                    opened(&tag, &self.open, &mut case, at)?;
                }
                Event::End(_) => match self.open.pop() {
                    Some(Element::Trace) => return Ok(Some(case)),
                    Some(Element::Log) => return Ok(None),
                    Some(Element::Event | Element::Attribute | Element::Other) | None => {}
                },
                Event::DocType(_) => {
                    return Err(LogFault::new(
                        at,
                        "XES 文件不允许含有 DOCTYPE",
                        "A XES file must not have a DOCTYPE",
                    ));
                }
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => {
                    return Err(LogFault::new(
                        at,
                        "XES 文件不完整：在标签结束前中断",
                        "The XES file is cut short: it ends inside an element",
                    ));
                }
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::GeneralRef(_) => {}
            }
        }
    }
}

impl<R: BufRead> Iterator for Xes<R> {
    type Item = Result<LogCase, LogFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_case().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Takes a tag in: makes an event, or an attribute of the innermost trace or event.
fn opened(
    tag: &BytesStart<'_>,
    open: &[Element],
    case: &mut LogCase,
    at: u64,
) -> Result<Element, LogFault> {
    let parent = open.last().copied();
    let element = match (tag.local_name().as_ref(), parent) {
        (b"log", None) => Element::Log,
        (b"trace", Some(Element::Log)) => {
            *case = LogCase::default();
            Element::Trace
        }
        (b"event", Some(Element::Trace)) => {
            if case.events.len() >= EVENTS_PER_CASE_MAX {
                return Err(too_much(at));
            }
            case.events.push(LogEvent::default());
            Element::Event
        }
        (_, None) => {
            return Err(LogFault::new(
                at,
                "不是 XES 文件：最外层应为 <log>",
                "Not a XES file: the outermost element must be <log>",
            ));
        }
        (_, Some(Element::Trace | Element::Event)) => {
            attribute(tag, parent == Some(Element::Event), case, at)?;
            Element::Attribute
        }
        (_, Some(Element::Log | Element::Attribute | Element::Other)) => Element::Other,
    };
    Ok(element)
}

/// One `<string key= value=/>` (or date, int, float, boolean, id) of a trace or an event. Lists and containers have no value
/// of their own and are passed over.
fn attribute(
    tag: &BytesStart<'_>,
    of_event: bool,
    case: &mut LogCase,
    at: u64,
) -> Result<(), LogFault> {
    let (mut key, mut value) = (None, None);
    for found in tag.attributes() {
        let found = found.map_err(|fault| broken(at, &fault.into()))?;
        let text = |found: &quick_xml::events::attributes::Attribute<'_>| {
            found
                .normalized_value(XmlVersion::default())
                .map(std::borrow::Cow::into_owned)
                .map_err(|fault| broken(at, &fault))
        };
        match found.key.as_ref() {
            b"key" => key = Some(text(&found)?),
            b"value" => value = Some(text(&found)?),
            _ => {}
        }
    }
    let (Some(key), Some(value)) = (key, value) else {
        return Ok(());
    };
    if value.len() > ATTRIBUTE_BYTES_MAX {
        return Err(too_much(at));
    }
    match (of_event, case.events.last_mut()) {
        (true, Some(event)) => set(event, key, value, at),
        (false, _) | (true, None) => {
            if key == "concept:name" {
                case.id = value;
            }
            Ok(())
        }
    }
}

/// Puts an attribute where it belongs; shared with CSV.
pub(super) fn set(
    event: &mut LogEvent,
    key: String,
    value: String,
    at: u64,
) -> Result<(), LogFault> {
    match key.as_str() {
        "concept:name" => event.activity = value,
        "org:role" => event.role = value,
        "time:timestamp" => {
            event.at = Some(moment(&value).ok_or_else(|| {
                LogFault::new(
                    at,
                    format!("时间 {value} 无法识别，应如 2017-01-09T09:49:50+01:00"),
                    format!("{value} is no time; write it as 2017-01-09T09:49:50+01:00"),
                )
            })?);
        }
        _ => {
            if event.attributes.len() >= ATTRIBUTES_MAX {
                return Err(too_much(at));
            }
            event.attributes.insert(key, value);
        }
    }
    Ok(())
}

fn broken(at: u64, fault: &quick_xml::Error) -> LogFault {
    LogFault::new(
        at,
        format!("XES 文件有错误：{fault}"),
        format!("The XES file is broken: {fault}"),
    )
}

fn too_much(at: u64) -> LogFault {
    LogFault::new(
        at,
        "日志超出限制：嵌套过深、属性过长，或一个案例的事件过多",
        "The log goes beyond the limits: nested too deeply, an attribute too long, or too many events in a case",
    )
}

/// Counts what the XML reader swallows for one tag, so that a tag without an end cannot eat the memory.
struct Metered<R> {
    inner: R,
    since_tag: Arc<AtomicUsize>,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buf)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_tag.load(Ordering::Relaxed) > TAG_BYTES_MAX {
            return Err(io::Error::other("a tag or text of more than 1 MB"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.since_tag.fetch_add(amount, Ordering::Relaxed);
        self.inner.consume(amount);
    }
}
