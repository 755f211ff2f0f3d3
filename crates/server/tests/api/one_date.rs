//! The same lot is told with one date in every form, in the message and in what is left of the forms' dates, whatever the
//! programme's zone, also where clocks change on that day.

use crate::{
    plain::{pages, send},
    server::{DAY, EMAIL, PHONE, Server, reward},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use pretty_assertions::assert_eq;
use serde_json::json;
use tukar_domain::calendar::Expiry;
use tukar_wire::Moment;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];

/// A day as people write it, in a zone: that of the second before `end`.
fn last_day(end: Timestamp, zone: &TimeZone) -> (String, String) {
    let last = (end - SignedDuration::from_secs(1)).to_zoned_datetime(zone.clone());
    let month = MONTHS[usize::from(last.month().unsigned_abs()) - 1];
    (format!("{} {month} {}", last.day(), last.year()), format!("{:02}.{:02}", last.hour(), last.minute()))
}

/// Zone, what its clock is called, and the day after the last one of the lot.
const LOTS: [(&str, &str, &str); 4] = [
    ("Asia/Jakarta", "WIB", "2027-07-01"),
    ("Asia/Jayapura", "WIT", "2027-07-01"),
    ("Europe/London", "BST", "2027-03-29"),
    ("Europe/London", "GMT", "2027-11-01"),
];

#[tokio::test]
async fn a_lot_has_one_date_in_forms_review_chart_history_and_message_in_every_zone() {
    for (zone_name, label, next_day) in LOTS {
        let zone = TimeZone::get(zone_name).unwrap();
        let day: jiff::civil::Date = next_day.parse().unwrap();
        let end = day.to_zoned_datetime(zone.clone()).unwrap().timestamp();
        let (date, time) = last_day(end, &zone);
        let mut kopi = reward("kopi");
        let until_end = end.as_millisecond() - crate::server::START.0;
        // The voucher ends with the lot's own day, as near as whole days allow: it is told by the same rule.
        kopi.voucher_days = Some(u32::try_from(until_end / i64::from(DAY) / 1000).unwrap());
        let server = Server::empty(vec![kopi]).await;
        let server = server
            .with(|config| {
                config.widget_dir = pages().to_owned();
                config.programme.time_zone = zone_name.to_owned();
                config.programme.time_zone_label = Some(label.to_owned());
            })
            .await;
        server.enrol(crate::server::member("m1", Some(PHONE), Some(EMAIL))).await;
        server.earn("m1", "lot", 5_000, Expiry::FixedDate(end)).await;
        server.earn("m1", "later", 10, Expiry::FixedDate(end + SignedDuration::from_hours(24 * 90))).await;

        let sari = server.sign_in(PHONE).await;
        let balance = sari.get("/v1/me/balance").await.is(200).json();
        assert_eq!(
            Moment::parse(balance["lots"][0]["ends_at"].as_str().unwrap()),
            Some(Moment(end.as_millisecond()))
        );
        let token = sari.token.clone();
        let session = [("session", token.as_str())];
        let home = send(&server, "/plain/home", &session).await;
        home.says(&format!("berlaku s.d. {date}")).says(&format!("{date}, {time} {label}"));
        // The chart's row is the month of that day.
        let (_, month) = date.split_once(' ').unwrap();
        home.says(&format!("<span class=\"chart__month\">{month}</span>"));
        let review = send(&server, "/plain/review", &[session[0], ("reward", "kopi")]).await;
        review.says(&format!("berlaku s.d. {date}"));

        let id = sari.hold("kopi").await;
        let code = server.code().await;
        let done = sari.confirm(&id, &code).await.is(200).json();
        let voucher = &done["vouchers"][0];
        let voucher_end: Timestamp = voucher["ends_at"].as_str().unwrap().parse().unwrap();
        let (voucher_date, voucher_time) = last_day(voucher_end, &zone);
        let receipt = send(&server, "/plain/redemption", &[session[0], ("attempt", &id)]).await;
        receipt.says("Berlaku s.d.").says(&format!("{voucher_date}, {voucher_time} {label}"));
        let copy = format!("/v1/vouchers/{}/send", voucher["id"].as_str().unwrap());
        sari.post(&copy, None, json!({"channel": "sms"})).await.is(202);
        let text = server.message().await.text;
        assert!(text.contains(&format!("s.d. {voucher_date}")), "{zone_name}: {text}");

        server.later(u32::try_from((end.as_millisecond() - server.now().0) / 1000).unwrap());
        server.work().await;
        let sari = server.sign_in(EMAIL).await;
        let history = send(&server, "/plain/history", &[("session", &sari.token), ("kind", "expired")]).await;
        history.says(&format!("{date}, {time} {label}"));
    }
}
