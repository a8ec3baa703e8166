//! The wire: sockets, TLS, and the two protocols over them.
//!
//! What comes in: a server of the settings. What goes out: a stream that may carry a password - encrypted and the server's name
//! proven, or in clear to this machine. Deliberately absent: any way to accept a certificate that nobody vouches for.

pub(super) mod imap;
pub(super) mod smtp;

use super::{EmailSettings, Security, Server};
use planton_core::channel::ChannelError;
use planton_core::error::{Error, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Dialling and the handshake, each.
const DIAL: Duration = Duration::from_secs(20);

/// A connection that may carry a password.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Wire for T {}

/// The public certificate authorities, and that of the house.
fn trust(settings: &EmailSettings) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(pem) = &settings.certificate_authority {
        let unreadable = || {
            Error::invalid("The certificate authority in the e-mail settings cannot be read.")
                .hint("It must be a PEM text that begins with -----BEGIN CERTIFICATE-----.")
        };
        let mut found = false;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots
                .add(certificate.map_err(|_| unreadable())?)
                .map_err(|_| unreadable())?;
            found = true;
        }
        if !found {
            return Err(unreadable());
        }
    }
    // The provider is named: another crate of the program may have switched on a second one, and then rustls refuses to choose.
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::internal("TLS could not be set up."))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A TCP connection. In clear it is made only to an address of this machine, whatever the name resolves to.
async fn dial(server: &Server, who: &str) -> Result<TcpStream, ChannelError> {
    let failed = |what: &str| ChannelError::TransientBefore(format!("the {who} server {what}"));
    let addresses: Vec<SocketAddr> =
        within(DIAL, tokio::net::lookup_host((server.host.as_str(), server.port)))
            .await
            .ok_or_else(|| failed("was not found in time"))?
            .map_err(|_| failed("was not found"))?
            .filter(|address| server.security != Security::NoneOnLoopback || address.ip().is_loopback())
            .collect();
    let stream = within(DIAL, TcpStream::connect(addresses.as_slice()))
        .await
        .ok_or_else(|| failed("did not answer in time"))?
        .map_err(|error| failed(&format!("does not answer: {}", error.kind())))?;
    // Commands are small and wait for their answer.
    stream.set_nodelay(true).ok();
    Ok(stream)
}

/// Encrypts a stream and proves the server's name.
async fn encrypt(
    stream: Box<dyn Wire>,
    server: &Server,
    trust: &TlsConnector,
    who: &str,
) -> Result<Box<dyn Wire>, ChannelError> {
    let failed = |what: &str| ChannelError::TransientBefore(format!("the {who} server {what}"));
    let name = ServerName::try_from(server.host.clone())
        .map_err(|_| failed("has a name that no certificate can prove"))?;
    let encrypted = within(DIAL, trust.connect(name, stream))
        .await
        .ok_or_else(|| failed("was too slow to encrypt the connection"))?
        .map_err(|_| failed("could not prove who it is, or the connection could not be encrypted"))?;
    Ok(Box::new(encrypted))
}

/// The result, or none when the time is over.
async fn within<F: Future>(limit: Duration, doing: F) -> Option<F::Output> {
    tokio::time::timeout(limit, doing).await.ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_log_level_lets_passwords_and_mails_through() {
        // async-imap writes every command and answer at `trace`; nobody may switch that on.
        assert!(log::STATIC_MAX_LEVEL < log::LevelFilter::Trace);
    }
}
