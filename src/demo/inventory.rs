//! `shop.v1.Inventory`: a recursive catalogue, a two-way stream, an error that passes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use futures_util::StreamExt;
use tonic::{Code, Request, Response, Status, Streaming};

use super::Answers;
use super::details::Rich;
use super::generated::google::rpc;
use super::generated::shop::types::{Category, Money};
use super::generated::shop::v1::inventory_server::Inventory;
use super::generated::shop::v1::{GetItemRequest, Item, ShelfCount, StockChange};

/// Counting the shelves works each third time.
const COUNT_WORKS_EVERY: u32 = 3;

/// What can be bought.
pub(super) struct Article {
    pub(super) sku: &'static str,
    title: &'static str,
    units: i64,
    nanos: i32,
    pub(super) stock: i32,
    category: &'static str,
}

pub(super) const ARTICLES: [Article; 4] = [
    Article { sku: "tea-01", title: "西湖龙井", units: 68, nanos: 0, stock: 42, category: "green" },
    Article { sku: "tea-02", title: "Assam", units: 39, nanos: 900_000_000, stock: 0, category: "black" },
    Article { sku: "pot-01", title: "紫砂壶", units: 199, nanos: 990_000_000, stock: 7, category: "pots" },
    Article { sku: "book-07", title: "The Book of Tea", units: 45, nanos: 500_000_000, stock: 12, category: "books" },
];

/// The shelves: how much of each article there is.
#[derive(Clone)]
pub(super) struct Shelves {
    stock: Arc<Mutex<BTreeMap<&'static str, i32>>>,
    counts: Arc<AtomicU32>,
}

impl Shelves {
    pub(super) fn new() -> Self {
        let stock = ARTICLES.iter().map(|article| (article.sku, article.stock)).collect();
        Self { stock: Arc::new(Mutex::new(stock)), counts: Arc::default() }
    }

    /// The article after `delta` more of it have come.
    fn change(&self, sku: &str, delta: i32) -> Result<Item, Status> {
        let article = ARTICLES
            .iter()
            .find(|article| article.sku == sku)
            .ok_or_else(|| Status::not_found(format!("no article {sku:?}; try tea-01")))?;
        let mut stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        let level = stock.entry(article.sku).or_insert(0);
        *level = level.saturating_add(delta);
        if *level < 0 {
            let missing = level.unsigned_abs();
            *level = 0;
            return Err(Status::failed_precondition(format!("{missing} too few of {sku}")));
        }
        Ok(Item {
            sku: article.sku.into(),
            title: article.title.into(),
            price: Some(Money { currency_code: "CNY".into(), units: article.units, nanos: article.nanos }),
            in_stock: *level,
            category_id: article.category.into(),
            counted_at: Some(SystemTime::now().into()),
        })
    }
}

#[tonic::async_trait]
impl Inventory for Shelves {
    async fn get_item(&self, request: Request<GetItemRequest>) -> Result<Response<Item>, Status> {
        self.change(&request.get_ref().sku, 0).map(Response::new)
    }

    async fn get_catalogue(&self, _request: Request<()>) -> Result<Response<Category>, Status> {
        Ok(Response::new(catalogue()))
    }

    type SyncStockStream = Answers<Item>;

    async fn sync_stock(
        &self,
        request: Request<Streaming<StockChange>>,
    ) -> Result<Response<Self::SyncStockStream>, Status> {
        let shelves = self.clone();
        let items = request.into_inner().map(move |change| {
            let change = change?;
            shelves.change(&change.sku, change.delta)
        });
        Ok(Response::new(Box::pin(items)))
    }

    async fn count_shelves(&self, _request: Request<()>) -> Result<Response<ShelfCount>, Status> {
        let attempt = self.counts.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if attempt.is_multiple_of(COUNT_WORKS_EVERY) {
            let stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
            let pieces = stock.values().map(|level| level.unsigned_abs()).fold(0, u32::saturating_add);
            return Ok(Response::new(ShelfCount { pieces }));
        }
        let retry = rpc::RetryInfo { retry_delay: Some(prost_types::Duration { seconds: 0, nanos: 250_000_000 }) };
        Err(Rich::new(Code::Unavailable, "the scales need a rest").with("google.rpc.RetryInfo", &retry).into())
    }
}

fn catalogue() -> Category {
    let branch = |id: &str, english: &str, chinese: &str, children: Vec<Category>| Category {
        id: id.into(),
        titles: [("en".to_owned(), english.to_owned()), ("zh-CN".to_owned(), chinese.to_owned())].into(),
        children,
    };
    let teas = vec![branch("green", "Green tea", "绿茶", Vec::new()), branch("black", "Black tea", "红茶", Vec::new())];
    branch(
        "all",
        "Everything",
        "全部",
        vec![
            branch("tea", "Tea", "茶", teas),
            branch("ware", "Teaware", "茶具", vec![branch("pots", "Pots", "壶", Vec::new())]),
            branch("books", "Books", "书", Vec::new()),
        ],
    )
}
