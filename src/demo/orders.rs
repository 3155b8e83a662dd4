//! `shop.v1.Orders`: lookups, rich errors, an order that makes its way, an import.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::{StreamExt, stream};
use prost_types::value::Kind;
use prost_types::{FieldMask, Struct, Timestamp, Value};
use tonic::{Code, Request, Response, Status, Streaming};

use super::Answers;
use super::details::{Rich, any};
use super::generated::google::rpc;
use super::generated::shop::types::{Address, Money, address};
use super::generated::shop::v1::orders_server::Orders;
use super::generated::shop::v1::{
    CreateOrderRequest, GetOrderRequest, Gift, ImportOrdersResponse, LineItem, Order, OrderEvent, OrderStatus,
    WatchOrderRequest, order, order_event,
};
use super::hello::ticks;
use super::inventory::ARTICLES;

const THINKING: Duration = Duration::from_millis(5);
const STEP: Duration = Duration::from_millis(400);
const STEP_AT_MOST: Duration = Duration::from_secs(10);
const FIRST_NEW_ORDER: u64 = 1004;
/// The demo forgets the oldest order beyond this.
const ORDERS_AT_MOST: usize = 1000;
const REFUSALS_AT_MOST: usize = 100;
const QUANTITY_AT_MOST: u32 = 1000;
const ITEMS_AT_ONCE: usize = 20;
const CURRENCIES: [&str; 4] = ["CNY", "EUR", "USD", "JPY"];

/// The orders that there are, until the demo ends.
#[derive(Clone)]
pub(super) struct OrderBook {
    orders: Arc<Mutex<Book>>,
}

struct Book {
    orders: BTreeMap<u64, Order>,
    next: u64,
}

impl OrderBook {
    pub(super) fn new() -> Self {
        Self { orders: Arc::new(Mutex::new(Book { orders: first_orders(), next: FIRST_NEW_ORDER })) }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        // No step between two fields of the book can panic, so a poisoned book is a whole one.
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: &str) -> Result<Order, Status> {
        let found = id.parse().ok().and_then(|number: u64| self.lock().orders.get(&number).cloned());
        found.ok_or_else(|| {
            Rich::new(Code::NotFound, format!("no order {id:?}"))
                .with(
                    "google.rpc.ResourceInfo",
                    &rpc::ResourceInfo {
                        resource_type: "shop.v1.Order".into(),
                        resource_name: id.into(),
                        owner: String::new(),
                        description: "1001, 1002 and 1003 are there from the start".into(),
                    },
                )
                .into()
        })
    }

    fn place(&self, mut order: Order) -> Order {
        let mut book = self.lock();
        let number = book.next;
        book.next += 1;
        order.id = number.to_string();
        order.status = OrderStatus::Placed.into();
        order.created_at = Some(SystemTime::now().into());
        order.total = total(&order.items);
        book.orders.insert(number, order.clone());
        if book.orders.len() > ORDERS_AT_MOST {
            book.orders.pop_first();
        }
        order
    }
}

#[tonic::async_trait]
impl Orders for OrderBook {
    async fn get_order(&self, request: Request<GetOrderRequest>) -> Result<Response<Order>, Status> {
        tokio::time::sleep(THINKING).await;
        let request = request.into_inner();
        let order = self.find(&request.id)?;
        Ok(Response::new(match request.fields {
            Some(fields) => only(&order, &fields)?,
            None => order,
        }))
    }

    async fn create_order(&self, request: Request<CreateOrderRequest>) -> Result<Response<Order>, Status> {
        let CreateOrderRequest { order, validate_only } = request.into_inner();
        let order = order.unwrap_or_default();
        let wrong = violations(&order);
        if !wrong.is_empty() {
            return Err(refusal(wrong).into());
        }
        if order.items.len() > ITEMS_AT_ONCE {
            return Err(too_many(&order).into());
        }
        let sold_out = sold_out(&order);
        if !sold_out.is_empty() {
            return Err(impossible(sold_out, self.lock().next).into());
        }
        Ok(Response::new(if validate_only { order } else { self.place(order) }))
    }

    type WatchOrderStream = Answers<OrderEvent>;

    async fn watch_order(
        &self,
        request: Request<WatchOrderRequest>,
    ) -> Result<Response<Self::WatchOrderStream>, Status> {
        let request = request.into_inner();
        let id = self.find(&request.id)?.id;
        let period = request.interval_ms.map_or(STEP, |ms| Duration::from_millis(ms.into()));
        let events = ticks(period.min(STEP_AT_MOST)).zip(stream::iter(journey())).map(move |((), event)| {
            Ok(OrderEvent { order_id: id.clone(), at: Some(SystemTime::now().into()), event: Some(event) })
        });
        Ok(Response::new(Box::pin(events)))
    }

    async fn import_orders(
        &self,
        request: Request<Streaming<Order>>,
    ) -> Result<Response<ImportOrdersResponse>, Status> {
        let mut orders = request.into_inner();
        let mut summary = ImportOrdersResponse::default();
        let mut position = 0_u32;
        while let Some(order) = orders.message().await? {
            if let Some(wrong) = violations(&order).first() {
                if summary.refused.len() < REFUSALS_AT_MOST {
                    summary.refused.insert(position, format!("{}: {}", wrong.field, wrong.description));
                }
            } else {
                if let Some(total) = self.place(order).total {
                    let sum = summary.units_by_currency.entry(total.currency_code).or_default();
                    *sum = sum.saturating_add(total.units);
                }
                summary.imported = summary.imported.saturating_add(1);
            }
            position = position.saturating_add(1);
        }
        Ok(Response::new(summary))
    }

    async fn find_order(&self, request: Request<GetOrderRequest>) -> Result<Response<Order>, Status> {
        self.get_order(request).await
    }
}

/// Keeps the named top-level fields.
fn only(order: &Order, fields: &FieldMask) -> Result<Order, Status> {
    let mut kept = Order::default();
    for path in &fields.paths {
        match path.as_str() {
            "id" => kept.id.clone_from(&order.id),
            "customer" => kept.customer.clone_from(&order.customer),
            "items" => kept.items.clone_from(&order.items),
            "status" => kept.status = order.status,
            "total" => kept.total.clone_from(&order.total),
            "created_at" => kept.created_at = order.created_at,
            "delivery_time" => kept.delivery_time = order.delivery_time,
            "ship_to" => kept.ship_to.clone_from(&order.ship_to),
            "labels" => kept.labels.clone_from(&order.labels),
            "note" => kept.note.clone_from(&order.note),
            "attributes" => kept.attributes.clone_from(&order.attributes),
            "extra" => kept.extra.clone_from(&order.extra),
            "discount_percent" => kept.discount_percent = order.discount_percent,
            "card" | "transfer" | "cash_on_delivery" => kept.payment.clone_from(&order.payment),
            other => return Err(Status::invalid_argument(format!("fields: an order has no {other:?}"))),
        }
    }
    Ok(kept)
}

fn violations(order: &Order) -> Vec<rpc::bad_request::FieldViolation> {
    let mut wrong = Vec::new();
    let mut say = |field: String, reason: &str, description: &str| {
        wrong.push(rpc::bad_request::FieldViolation {
            field,
            description: description.into(),
            reason: reason.into(),
            localized_message: None,
        });
    };
    if order.customer.trim().is_empty() {
        say("order.customer".into(), "REQUIRED", "somebody has to be the customer");
    }
    if order.items.is_empty() {
        say("order.items".into(), "REQUIRED", "an order has at least one item");
    }
    for (place, item) in order.items.iter().enumerate().take(REFUSALS_AT_MOST) {
        if ARTICLES.iter().all(|article| article.sku != item.sku) {
            say(format!("order.items[{place}].sku"), "UNKNOWN_SKU", "not in the inventory; try tea-01");
        }
        if !(1..=QUANTITY_AT_MOST).contains(&item.quantity) {
            say(format!("order.items[{place}].quantity"), "OUT_OF_RANGE", "from 1 to 1000");
        }
        let currency = item.unit_price.as_ref().map(|price| price.currency_code.as_str());
        if currency.is_some_and(|currency| !CURRENCIES.contains(&currency)) {
            say(
                format!("order.items[{place}].unit_price.currency_code"),
                "UNKNOWN_CURRENCY",
                "one of CNY, EUR, USD, JPY",
            );
        }
    }
    if order.discount_percent.is_some_and(|percent| !(0.0..=100.0).contains(&percent)) {
        say("order.discount_percent".into(), "OUT_OF_RANGE", "from 0 to 100");
    }
    wrong
}

/// Every kind of detail that an error can well have.
fn refusal(field_violations: Vec<rpc::bad_request::FieldViolation>) -> Rich {
    let count = field_violations.len().to_string();
    let first = field_violations.first().map(|wrong| wrong.field.clone()).unwrap_or_default();
    Rich::new(Code::InvalidArgument, format!("the order cannot be placed: {first} is wrong"))
        .with("google.rpc.BadRequest", &rpc::BadRequest { field_violations })
        .with(
            "google.rpc.ErrorInfo",
            &rpc::ErrorInfo {
                reason: "INVALID_ORDER".into(),
                domain: "shop.eline.com".into(),
                metadata: [("violations".to_owned(), count)].into(),
            },
        )
        .with(
            "google.rpc.RetryInfo",
            &rpc::RetryInfo { retry_delay: Some(prost_types::Duration { seconds: 1, nanos: 500_000_000 }) },
        )
        .with(
            "google.rpc.DebugInfo",
            &rpc::DebugInfo {
                stack_entries: vec!["shop.v1.Orders/CreateOrder".into(), "validate".into()],
                detail: "nothing was stored".into(),
            },
        )
        .for_people("https://www.eline.com/orders", "订单无法提交，请检查标出的字段。")
}

/// Articles that are not on the shelves.
fn sold_out(order: &Order) -> Vec<rpc::precondition_failure::Violation> {
    let is_out = |sku: &str| ARTICLES.iter().any(|article| article.sku == sku && article.stock == 0);
    order
        .items
        .iter()
        .filter(|item| is_out(&item.sku))
        .map(|item| rpc::precondition_failure::Violation {
            r#type: "STOCK".into(),
            subject: item.sku.clone(),
            description: "sold out; tea-01 is there".into(),
        })
        .collect()
}

/// The order is well made, but the shop cannot serve it.
fn impossible(violations: Vec<rpc::precondition_failure::Violation>, number: u64) -> Rich {
    Rich::new(Code::FailedPrecondition, "something of this order is sold out")
        .with("google.rpc.PreconditionFailure", &rpc::PreconditionFailure { violations })
        .with(
            "google.rpc.RequestInfo",
            &rpc::RequestInfo { request_id: format!("order-{number}"), serving_data: "shelf 7".into() },
        )
}

/// One customer may not take the whole shop at once.
fn too_many(order: &Order) -> Rich {
    let violation = rpc::quota_failure::Violation {
        subject: format!("customer:{}", order.customer),
        description: format!("{} items of {ITEMS_AT_ONCE} at once", order.items.len()),
        quota_metric: "shop.eline.com/items".into(),
        quota_value: i64::try_from(ITEMS_AT_ONCE).unwrap_or(i64::MAX),
        ..rpc::quota_failure::Violation::default()
    };
    Rich::new(Code::ResourceExhausted, "too many items at once")
        .with("google.rpc.QuotaFailure", &rpc::QuotaFailure { violations: vec![violation] })
        .with(
            "google.rpc.RetryInfo",
            &rpc::RetryInfo { retry_delay: Some(prost_types::Duration { seconds: 3, nanos: 0 }) },
        )
        .with("shop.v1.Gift", &Gift { message: "a cup of tea while you wait".into(), wrapped: false })
}

fn total(items: &[LineItem]) -> Option<Money> {
    const NANOS: i128 = 1_000_000_000;
    let currency_code = items.iter().find_map(|item| item.unit_price.as_ref())?.currency_code.clone();
    let nanos: i128 = items
        .iter()
        .filter_map(|item| item.unit_price.as_ref().map(|price| (item.quantity, price)))
        .filter(|(_, price)| price.currency_code == currency_code)
        .map(|(quantity, price)| i128::from(quantity) * (i128::from(price.units) * NANOS + i128::from(price.nanos)))
        .fold(0, i128::saturating_add);
    Some(Money {
        currency_code,
        units: i64::try_from(nanos / NANOS).unwrap_or(i64::MAX),
        nanos: i32::try_from(nanos % NANOS).unwrap_or_default(),
    })
}

fn journey() -> Vec<order_event::Event> {
    let scan = |place: &str, latitude, longitude| {
        order_event::Event::Scanned(order_event::Scan { place: place.into(), latitude, longitude })
    };
    let status = |status: OrderStatus| order_event::Event::StatusChanged(status.into());
    vec![
        status(OrderStatus::Placed),
        status(OrderStatus::Paid),
        status(OrderStatus::Packed),
        status(OrderStatus::Shipped),
        scan("杭州", 30.27, 120.15),
        scan("上海", 31.23, 121.47),
        scan("北京", 39.90, 116.41),
        status(OrderStatus::Delivered),
    ]
}

fn first_orders() -> BTreeMap<u64, Order> {
    let tea = LineItem { sku: "tea-01".into(), quantity: 2, unit_price: Some(money(68, 0)) };
    let pot = LineItem { sku: "pot-01".into(), quantity: 1, unit_price: Some(money(199, 990_000_000)) };
    let book = LineItem { sku: "book-07".into(), quantity: 3, unit_price: Some(money(45, 500_000_000)) };
    let first = Order {
        id: "1001".into(),
        customer: "李雷".into(),
        total: total(&[tea.clone(), pot.clone()]),
        items: vec![tea.clone(), pot],
        status: OrderStatus::Shipped.into(),
        created_at: Some(Timestamp { seconds: 1_760_000_000, nanos: 250_000_000 }),
        delivery_time: Some(prost_types::Duration { seconds: 2 * 24 * 3600, nanos: 0 }),
        ship_to: Some(Address {
            country: "CN".into(),
            city: "杭州".into(),
            lines: vec!["西湖区文三路 90 号".into(), "3 幢 501 室".into()],
            postal_code: "310012".into(),
            contact: Some(address::Contact::Phone("+86 571 0000 0000".into())),
        }),
        payment: Some(order::Payment::Card(order::Card {
            last_four: "4242".into(),
            expiry_month: 11,
            expiry_year: 2029,
        })),
        labels: [("channel".to_owned(), "app".to_owned()), ("gift".to_owned(), "yes".to_owned())].into(),
        note: Some("请放在门口".to_owned()),
        attributes: Some(attributes()),
        extra: Some(any("shop.v1.Gift", &Gift { message: "生日快乐!".into(), wrapped: true })),
        discount_percent: Some(12.5),
        ..Order::default()
    };
    let second = Order {
        id: "1002".into(),
        customer: "Ann".into(),
        total: total(std::slice::from_ref(&tea)),
        items: vec![tea],
        status: OrderStatus::Paid.into(),
        created_at: Some(Timestamp { seconds: 1_760_100_000, nanos: 0 }),
        payment: Some(order::Payment::Transfer(order::Transfer { iban: "DE00 0000 0000".into() })),
        note: Some(String::new()),
        ..Order::default()
    };
    let third = Order {
        id: "1003".into(),
        customer: "韩梅梅".into(),
        total: total(std::slice::from_ref(&book)),
        items: vec![book],
        status: OrderStatus::Cancelled.into(),
        created_at: Some(Timestamp { seconds: 1_760_200_000, nanos: 1 }),
        payment: Some(order::Payment::CashOnDelivery(true)),
        ..Order::default()
    };
    [(1001, first), (1002, second), (1003, third)].into()
}

fn money(units: i64, nanos: i32) -> Money {
    Money { currency_code: "CNY".into(), units, nanos }
}

fn attributes() -> Struct {
    let text = |text: &str| Value { kind: Some(Kind::StringValue(text.into())) };
    let list = Value { kind: Some(Kind::ListValue(prost_types::ListValue { values: vec![text("tea"), text("new")] })) };
    Struct {
        fields: [
            ("theme".to_owned(), text("dark")),
            ("visits".to_owned(), Value { kind: Some(Kind::NumberValue(3.0)) }),
            ("newsletter".to_owned(), Value { kind: Some(Kind::BoolValue(false)) }),
            ("coupon".to_owned(), Value { kind: Some(Kind::NullValue(0)) }),
            ("tags".to_owned(), list),
        ]
        .into(),
    }
}
