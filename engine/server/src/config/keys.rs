//! The list of all keys: what each is for, in Chinese and English.

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// `section.name`; `*` stands for any name.
    pub path: &'static str,
    /// What holds unless it is set, as people would write it.
    pub default: &'static str,
    /// Never shown.
    pub secret: bool,
    /// What it is for.
    pub zh: &'static str,
    /// What it is for.
    pub en: &'static str,
}

const fn key(path: &'static str, default: &'static str, zh: &'static str, en: &'static str) -> Key {
    Key {
        path,
        default,
        secret: false,
        zh,
        en,
    }
}

const fn secret(path: &'static str, zh: &'static str, en: &'static str) -> Key {
    Key {
        path,
        default: "",
        secret: true,
        zh,
        en,
    }
}

/// Every key there is.
pub const KEYS: [Key; 40] = [
    key(
        "server.listen",
        "127.0.0.1:8080",
        "监听地址和端口",
        "Address and port to listen on",
    ),
    key(
        "server.base_url",
        "http://<listen>",
        "用户访问的地址；邮件里的链接由它生成，不取自请求",
        "Address people use; links in mails are made from it, never from a request",
    ),
    key(
        "server.trust_forwarded",
        "false",
        "前面有反向代理时设为 true，用 X-Forwarded-For 识别来访者",
        "Set true behind a reverse proxy: visitors are told apart by X-Forwarded-For",
    ),
    key(
        "server.metrics",
        "loopback",
        "谁能读 /metrics：loopback 仅本机，all 所有人，off 关闭",
        "Who may read /metrics: loopback, all, off",
    ),
    key(
        "server.drain_seconds",
        "2",
        "收到 SIGTERM 后先报告“未就绪”多少秒再关闭端口，供负载均衡摘除本节点",
        "Seconds between saying “not ready” at SIGTERM and closing the port: time for a load balancer",
    ),
    secret(
        "database.url",
        "数据库：sqlite:路径 或 postgres://用户:密码@主机/库；默认 sqlite:assent.db",
        "Database: sqlite:path or postgres://user:password@host/name; sqlite:assent.db unless set",
    ),
    key(
        "database.connections",
        "8",
        "本节点读、写各最多用几个数据库连接（SQLite 只有一个写连接）；各节点之和不得超过 PostgreSQL 的 max_connections",
        "Most connections this node reads with, and as many it writes with (SQLite has one writer); all nodes together must fit PostgreSQL's max_connections",
    ),
    key(
        "files.workflows",
        "workflows",
        "流程文件夹，启动时发布其中的 *.yaml",
        "Folder of flow files; its *.yaml are published at start",
    ),
    key(
        "files.scripts",
        "scripts",
        "规则脚本文件夹",
        "Folder of rule scripts",
    ),
    key(
        "mail.host",
        "",
        "邮件服务器；不设则邮件留在开发邮箱",
        "Mail server; unset: mails stay in the development mailbox",
    ),
    key(
        "mail.port",
        "587",
        "端口：587 STARTTLS，465 TLS",
        "Port: 587 with STARTTLS, 465 with TLS",
    ),
    key(
        "mail.security",
        "starttls",
        "starttls、tls 或 none（仅限本机）",
        "starttls, tls, or none (loopback only)",
    ),
    key("mail.user", "", "邮件账号", "Account at the mail server"),
    secret("mail.password", "邮件密码", "Password at the mail server"),
    key("mail.from", "Assent <assent@localhost>", "发件人", "Sender"),
    key(
        "mail.eml_dir",
        "",
        "开发邮箱的邮件另存为 .eml 的文件夹",
        "Folder where the development mailbox also writes .eml files",
    ),
    key(
        "mail.mailbox_page",
        "auto",
        "开发邮箱页面：auto 仅本机且未配置邮件服务器时开放，on 开，off 关",
        "Development mailbox page: auto (only on loopback without a mail server), on, off",
    ),
    key(
        "connectors.*.base",
        "",
        "外部系统（如 erp）的地址",
        "Address of another system (erp, …)",
    ),
    secret("connectors.*.bearer", "外部系统的令牌", "Its bearer token"),
    key(
        "company.name",
        "",
        "公司名称，显示在登录页",
        "Company name, shown on the sign-in page",
    ),
    key(
        "limits.body_bytes",
        "1048576",
        "请求体上限，字节",
        "Largest request body, bytes",
    ),
    key(
        "limits.upload_bytes",
        "22020096",
        "带附件的表单上限，字节",
        "Largest form with files, bytes",
    ),
    key(
        "limits.requests_per_minute",
        "600",
        "每个来访地址每分钟请求数上限，0 不限",
        "Requests a minute from one address; 0: no limit",
    ),
    key(
        "limits.sign_ins_per_minute",
        "20",
        "每个来访地址每分钟登录尝试上限，0 不限",
        "Tries to sign in a minute from one address; 0: no limit",
    ),
    key(
        "limits.request_seconds",
        "30",
        "一个请求最长处理时间，秒",
        "Longest time for one request, seconds",
    ),
    key("log.format", "text", "text 或 json", "text or json"),
    key(
        "log.level",
        "info",
        "日志级别，如 info、debug、assent_runtime=debug",
        "What is logged: info, debug, assent_runtime=debug",
    ),
    key(
        "audit.key_file",
        "assent-audit.key",
        "存证根的签名密钥文件；没有时自动生成，仅属主可读。请放在数据库之外并另存备份",
        "File of the key that signs audit roots; made for its owner alone when it is not there. Keep it apart from the database, with a copy",
    ),
    secret(
        "audit.key",
        "签名密钥本身（十六进制，每行一个），设了它就不用文件",
        "The key itself (hex, one in a line) instead of a file",
    ),
    key(
        "audit.every_minutes",
        "10",
        "两个存证根之间的分钟数；0 表示只在 assent seal 时生成",
        "Minutes between two audit roots; 0: only when assent seal asks for one",
    ),
    key(
        "security.local_host_only",
        "true",
        "监听本机时只接受本机地址的页面提交",
        "On loopback, accept posts from loopback addresses only",
    ),
    key(
        "security.test_clock",
        "false",
        "允许通过接口拨动时钟，仅供测试",
        "Let the API move the clock; for tests only",
    ),
    key(
        "backup.folder",
        "",
        "自动备份的文件夹；不设则不自动备份。请放在另一块盘上",
        "Folder of the backups the server makes by itself; unset: none. Put it on another disk",
    ),
    key(
        "backup.every_minutes",
        "1440",
        "两次自动备份之间的分钟数",
        "Minutes between two backups",
    ),
    key(
        "backup.keep",
        "14",
        "保留最近多少份备份",
        "How many backups are kept",
    ),
    key(
        "backup.tools",
        "",
        "pg_dump、pg_restore、createdb、dropdb 所在文件夹；不设则自动寻找",
        "Folder of pg_dump, pg_restore, createdb and dropdb; looked for when unset",
    ),
    key(
        "retire.folder",
        "",
        "自动归档的文件夹；不设则不自动归档。请放在另一块盘上，并按法定期限保存",
        "Folder of the bundles that the server retires ended instances into by itself; unset: none. Put it on another disk, and keep them as long as the law asks",
    ),
    key(
        "retire.older_than_days",
        "0",
        "结束满多少天的流程实例自动归档；设了 retire.folder 就必须设",
        "Instances that have been over for so many days are retired; must be set with retire.folder",
    ),
    key(
        "retire.every_minutes",
        "1440",
        "两次自动归档之间的分钟数",
        "Minutes between two runs",
    ),
    key(
        "retire.reason",
        "保留期满 / retention period over",
        "自动归档的原因，留在归档凭证里",
        "Why; stands in the tombstones",
    ),
];

/// The key of a path, wildcards included.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| matches(key.path, path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut left, mut right) = (pattern.split('.'), path.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(want), Some(got)) if want == got => {}
            _ => return false,
        }
    }
}

/// The environment variable of a path: `server.base_url` → `ASSENT_SERVER_BASE_URL`.
pub fn variable(path: &str) -> String {
    format!("ASSENT_{}", path.replace('.', "_").to_uppercase())
}

/// The path an environment variable names; `ASSENT_CONNECTORS_ERP_BASE` names `connectors.erp.base`.
pub fn path_of(variable: &str) -> Option<String> {
    if let Some(key) = KEYS
        .iter()
        .find(|key| !key.path.contains('*') && self::variable(key.path) == variable)
    {
        return Some(key.path.to_owned());
    }
    let rest = variable.strip_prefix("ASSENT_CONNECTORS_")?;
    let (name, last) = rest.rsplit_once('_')?;
    let path = format!("connectors.{}.{}", name.to_lowercase(), last.to_lowercase());
    find(&path).map(|_| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_paths_belong_together() {
        for key in KEYS.iter().filter(|key| !key.path.contains('*')) {
            assert_eq!(path_of(&variable(key.path)).as_deref(), Some(key.path));
            assert!(!key.zh.is_empty() && !key.en.is_empty(), "{}", key.path);
        }
        assert_eq!(
            path_of("ASSENT_CONNECTORS_ERP_BEARER").as_deref(),
            Some("connectors.erp.bearer")
        );
        assert_eq!(path_of("ASSENT_SERVER_LISTN"), None);
    }
}
