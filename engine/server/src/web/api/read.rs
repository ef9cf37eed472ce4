//! JSON bodies: what does not parse is a problem with a place, not a sentence of a library.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::mistake;
use crate::web::Fault;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large")
                } else {
                    Fault::malformed("the body could not be read")
                }
            })?;
        // No body at all is an empty object: most verbs have nothing they must be told.
        let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(bytes)
            .map(Body)
            .map_err(|error| mistake::of::<T>(bytes, &error))
    }
}
