//! The channel of a demo inbox: answers stay in the workspace, nothing arrives by itself.

use super::{Batch, Channel, ChannelError, Guarantee, Outgoing, Receipt};
use crate::domain::ChannelKind;
use async_trait::async_trait;

/// Takes every answer at once.
#[derive(Debug, Clone, Copy)]
pub struct LocalChannel(pub ChannelKind);

#[async_trait]
impl Channel for LocalChannel {
    fn kind(&self) -> ChannelKind {
        self.0
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Idempotent
    }

    async fn receive(&self, _cursor: Option<&str>) -> Result<Batch, ChannelError> {
        Ok(Batch::default())
    }

    async fn wait(&self, _cursor: Option<&str>, at_most: std::time::Duration) {
        tokio::time::sleep(at_most).await;
    }

    async fn send(&self, outgoing: &Outgoing) -> Result<Receipt, ChannelError> {
        Ok(Receipt {
            remote_id: format!("local-{}", outgoing.idempotency_key),
        })
    }

    async fn find_sent(&self, outgoing: &Outgoing) -> Result<Option<Receipt>, ChannelError> {
        Ok(Some(Receipt {
            remote_id: format!("local-{}", outgoing.idempotency_key),
        }))
    }

    async fn test(&self) -> Result<Vec<String>, ChannelError> {
        Ok(vec![
            "This is a demo account: answers stay in the workspace.".to_owned(),
        ])
    }
}
