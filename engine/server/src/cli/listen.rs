//! Opening the port, serving until told to stop.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use assent_core::text::Text;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

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

/// Time between two upkeeps of the figures.
const UPKEEP: Duration = Duration::from_secs(15);
/// Longest time for the workers and the database to end.
const CLOSE_MAX: Duration = Duration::from_secs(30);

/// Serves until SIGTERM or Ctrl-C. Then it is not ready at once and claims nothing new; a moment later the port closes, what is
/// under way is finished and acknowledged, and the app closes. All of it within a bounded time: what could not be finished
/// then was not acknowledged, or is held by a lease that runs out.
///
/// # Errors
/// When the sockets themselves fail.
pub async fn serve(listener: TcpListener, site: Arc<Site>) -> Result<(), Text> {
    let app = site.app.clone();
    let grace = Duration::from_secs(site.config.server.drain_seconds);
    let finish = Duration::from_secs(site.config.limits.request_seconds + 1);
    let upkeep = site
        .prometheus
        .clone()
        .map(|figures| tokio::spawn(keep_up(figures)));
    let service = web::router(site).into_make_service_with_connect_info::<SocketAddr>();
    let closed = Arc::new(Notify::new());
    let told = {
        let (app, closed) = (app.clone(), Arc::clone(&closed));
        async move {
            let is_term = stop().await;
            tracing::info!("draining");
            app.drain();
            if is_term {
                tokio::time::sleep(grace).await;
            }
            closed.notify_one();
        }
    };
    let serving = axum::serve(listener, service).with_graceful_shutdown(told);
    let late = async {
        closed.notified().await;
        tokio::time::sleep(finish).await;
    };
    let served = tokio::select! {
        served = serving.into_future() => served,
        () = late => {
            tracing::warn!("some requests were not finished in time; nothing of them was acknowledged");
            Ok(())
        }
    };
    if let Some(upkeep) = upkeep {
        upkeep.abort();
    }
    if tokio::time::timeout(CLOSE_MAX, app.close()).await.is_err() {
        tracing::warn!("the workers did not end in time; their leases run out");
    }
    served.map_err(|error| {
        Text::new(
            format!("服务中断：{error}"),
            format!("Serving failed: {error}"),
        )
    })
}

/// Figures nobody fetches are folded up now and then, so that they take no room.
async fn keep_up(figures: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        figures.run_upkeep();
    }
}

/// Waits until told to stop: true by SIGTERM, false by Ctrl-C.
async fn stop() -> bool {
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
        () = term => true,
        _ = tokio::signal::ctrl_c() => false,
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
