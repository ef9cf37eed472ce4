//! Opening the port, serving until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use assent_core::text::Text;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::web::{self, Site};

/// Opens the port.
///
/// # Errors
/// One line: what is wrong with the address and what to do.
pub async fn open(address: SocketAddr) -> Result<TcpListener, Text> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Text::new(
            format!("端口 {} 已被占用：请用 --port 换一个，或停止占用它的程序。", address.port()),
            format!("Port {} is in use: choose another with --port, or stop the program that has it.", address.port()),
        ),
        std::io::ErrorKind::PermissionDenied => Text::new(
            format!("没有权限监听 {address}：请换 1024 以上的端口。"),
            format!("No permission to listen on {address}: choose a port above 1024."),
        ),
        std::io::ErrorKind::AddrNotAvailable => Text::new(
            format!("本机没有地址 {address}：请检查 server.listen。"),
            format!("This machine has no address {address}: check server.listen."),
        ),
        _ => Text::new(format!("无法监听 {address}：{error}"), format!("Cannot listen on {address}: {error}")),
    })
}

/// Serves until SIGTERM or Ctrl-C: no new connections then, those under way are finished, the app closes.
///
/// # Errors
/// When the sockets themselves fail.
pub async fn serve(listener: TcpListener, site: Arc<Site>) -> Result<(), Text> {
    let app = site.app.clone();
    let service = web::router(site).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(stop())
        .await;
    app.close().await;
    served.map_err(|error| {
        Text::new(
            format!("服务中断：{error}"),
            format!("Serving failed: {error}"),
        )
    })
}

async fn stop() {
    let term = async {
        match signal(SignalKind::terminate()) {
            Ok(mut term) => {
                term.recv().await;
            }
            // Without the signal only Ctrl-C stops us; better than not starting.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = term => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// A runtime for a command.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<tokio::runtime::Runtime, Text> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Text::new(
                format!("无法启动：{error}"),
                format!("Cannot start: {error}"),
            )
        })
}
