//! The document against the server: each bound that it names is kept from both sides, and each field has one.

use crate::server::{Answer, PHONE, Server, Visitor, reward};
use serde_json::{Value, json};
use tukar_domain::calendar::Expiry;

fn document() -> Value {
    serde_json::to_value(tukar_server::http::document()).unwrap()
}

/// A schema itself, or what it refers to.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = match schema["oneOf"].as_array() {
        // Absent or this.
        Some(choices) => choices.iter().find(|choice| choice.get("$ref").is_some()).unwrap_or(schema),
        None => schema,
    };
    match schema["$ref"].as_str() {
        Some(path) => &document["components"]["schemas"][path.rsplit('/').next().unwrap()],
        None => schema,
    }
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

/// What an answer says, without what differs each time.
fn told(answer: &Answer) -> (u16, Value) {
    let mut body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    for name in ["reference", "server_time"] {
        body.as_object_mut().map(|fields| fields.remove(name));
    }
    (answer.status.as_u16(), body)
}

async fn a_member(server: &Server) -> Visitor<'_> {
    server.enrol(crate::server::member("m", Some(PHONE), None)).await;
    server.earn("m", "a", 50_000, Expiry::Never).await;
    server.sign_in(PHONE).await
}

#[tokio::test]
async fn a_parameter_outside_of_its_documented_bounds_is_refused_and_one_within_is_taken() {
    let server = Server::empty(vec![reward("kopi")]).await;
    let visitor = a_member(&server).await;
    let (document, mut checked) = (document(), 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for parameter in operations["get"]["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] != "query" {
                continue;
            }
            let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
            let ask =
                async |value: &str| visitor.get(&format!("{path}?{name}={value}")).await.status.as_u16();
            if is(schema, "integer") {
                let (min, max) = (schema["minimum"].as_i64().unwrap(), schema["maximum"].as_i64().unwrap());
                let far = [i64::from(i32::MAX) + 1, i64::from(u32::MAX) + 1, i64::MAX, -1];
                for value in [min - 1, max + 1].into_iter().chain(far) {
                    assert_eq!(ask(&value.to_string()).await, 400, "{path}?{name}={value}");
                }
                for value in [min, max] {
                    assert_eq!(ask(&value.to_string()).await, 200, "{path}?{name}={value}");
                }
            } else {
                assert!(is(schema, "string"), "{path}?{name}");
                let (min, max) =
                    (schema["minLength"].as_u64().unwrap(), schema["maxLength"].as_u64().unwrap());
                assert!(schema["pattern"].is_string(), "{path}?{name} has no pattern");
                // Of the form of a cursor, so that only its length is wrong.
                let of_length =
                    |length: u64| format!("1.{}", "a".repeat(usize::try_from(length - 2).unwrap()));
                let long = ask(&of_length(max + 1)).await;
                assert!((400..=404).contains(&long), "{path}?{name}: {max} and one: {long}");
                if min == 3 {
                    assert_eq!(ask(&of_length(min)).await, 200, "{path}?{name}");
                    assert_eq!(ask("1.").await, 400, "{path}?{name}");
                }
                for odd in ["", "%20", "A"] {
                    let odd_answer = ask(odd).await;
                    assert!((400..=404).contains(&odd_answer), "{path}?{name}={odd}: {odd_answer}");
                }
            }
            checked += 1;
        }
    }
    assert!(checked >= 9, "{checked}: the parameters were not found");
}

/// A request that is taken as far as it goes, for each route with a body.
async fn good_body(path: &str, visitor: &Visitor<'_>, ids: &Ids) -> Value {
    match path {
        "/v1/challenges" => json!({"contact": "+6281200000001"}),
        "/v1/challenges/{id}/check" => json!({"code": "000000", "link": "x"}),
        "/v1/identity" => json!({"identity": "e30.e30.e30"}),
        "/v1/locker/check" => json!({"challenge_id": ids.locker, "code": "000000"}),
        "/v1/redemptions/quote" => json!({"reward_id": "kopi", "quantity": 1}),
        "/v1/redemptions" => visitor.asking("kopi", 1).await,
        "/v1/redemptions/{id}/confirm" => json!({"code": "000000"}),
        "/v1/vouchers/{id}/send" => json!({"channel": "sms"}),
        _ => json!({}),
    }
}

/// What the routes' ids stand for.
struct Ids {
    sign_in: String,
    locker: String,
    held: String,
}

async fn send(path: &str, visitor: &Visitor<'_>, ids: &Ids, body: &Value) -> Answer {
    let id = if path.starts_with("/v1/challenges") { &ids.sign_in } else { &ids.held };
    let key = body["id"].as_str().map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
    visitor.post(&path.replace("{id}", id), Some(&key), body.clone()).await
}

#[tokio::test]
async fn a_field_outside_of_its_documented_bounds_is_refused_for_that() {
    let server = Server::empty(vec![reward("kopi")]).await;
    let visitor = a_member(&server).await;
    let id = |answer: Answer| answer.json()["challenge_id"].as_str().unwrap().to_owned();
    server.later(60);
    let ids = Ids {
        sign_in: id(server.ask_code("+6281200000002").await.is(202)),
        locker: id(visitor.post("/v1/locker/open", None, json!({})).await.is(202)),
        held: visitor.hold("kopi").await,
    };
    let (document, mut checked) = (document(), 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let content = &operations["post"]["requestBody"]["content"]["application/json"]["schema"];
        let Some(properties) = resolved(&document, content)["properties"].as_object() else { continue };
        for (name, schema) in properties {
            let schema = resolved(&document, schema);
            if schema.get("enum").is_some() || schema.get("oneOf").is_some() || is(schema, "boolean") {
                continue;
            }
            let good = good_body(path, &visitor, &ids).await;
            let with = |value: Value| {
                let mut body = good.clone();
                body[name] = value;
                body
            };
            let usual = told(&send(path, &visitor, &ids, &good).await);
            let refused = async |value: Value| {
                let shown = value.to_string();
                let answer = told(&send(path, &visitor, &ids, &with(value)).await);
                let shown = shown.chars().take(60).collect::<String>();
                assert!((400..=422).contains(&answer.0), "{path} {name} {shown}: {answer:?}");
                assert_ne!(answer, usual, "{path} {name} {shown} is refused for something else");
            };
            if is(schema, "integer") {
                refused((schema["minimum"].as_i64().unwrap() - 1).into()).await;
                if let Some(max) = schema["maximum"].as_i64() {
                    refused((max + 1).into()).await;
                }
            } else {
                assert!(is(schema, "string"), "{path} {name}: {schema}");
                let length = |bound: &str| usize::try_from(schema[bound].as_u64().unwrap()).unwrap();
                let letter = if name == "code" { "1" } else { "a" };
                refused(letter.repeat(length("maxLength") + 1).into()).await;
                if name != "link" {
                    refused(letter.repeat(length("minLength") - 1).into()).await;
                }
            }
            checked += 1;
        }
    }
    assert!(checked >= 14, "{checked}: the fields were not found");
}
