//! A site: made, opened, attacked, changed, and gone.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::project::Project;

const STACK: &str = "\
stack: web

resources:
  site:
    type: site
    api: { host: \"api.localhost:PORT\" }
  content:
    type: content
    bucket: ${site.bucket}
    distribution_id: ${site.distribution_id}
    sources: [public]

outputs:
  domain_name: ${site.domain_name}
";

/// A server that answers every request with its first line.
fn api() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 8192];
            let size = stream.read(&mut request).unwrap();
            let text = String::from_utf8_lossy(&request[..size]).into_owned();
            let line = text.lines().next().unwrap_or_default();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", line.len());
            stream.write_all(format!("{head}{line}").as_bytes()).unwrap();
        }
    });
    port
}

/// The project, its site up, and the site's name with its port.
fn site() -> (Project, String) {
    let project = Project::offline()
        .with_sandbox("region: us-east-1\nprefix: acme-dev\nendpoint: sandbox\n", "");
    project.write("stacks/web.yaml", &STACK.replace("PORT", &api().to_string()));
    std::fs::create_dir(project.path("public")).unwrap();
    project.write("public/index.html", "<h1>welcome</h1>");
    project.write("public/404.html", "<h1>lost</h1>");
    let project = project.up();
    let domain = project.run("outputs dev web.domain_name").stdout.trim().to_owned();
    (project, domain)
}

/// What a browser gets for a path: all of the answer, as it comes.
fn open(domain: &str, path: &str) -> String {
    let port = domain.rsplit_once(':').unwrap().1;
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {domain}\r\nuser-agent: Mozilla/5.0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Opens a path until the answer is as it should be: the edges hear of a change a little later.
fn opened(domain: &str, path: &str, status: u16, body: &str) -> String {
    let began = Instant::now();
    loop {
        let answer = open(domain, path);
        if answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(body) {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{path}: {answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_site_answers_and_is_gone_again() {
    let (project, domain) = site();
    let page = opened(&domain, "/", 200, "<h1>welcome</h1>");
    for header in [
        "content-type: text/html",
        "strict-transport-security: max-age=31536000",
        "x-content-type-options: nosniff",
        "x-frame-options: DENY",
        "referrer-policy: strict-origin-when-cross-origin",
    ] {
        assert!(page.contains(header), "{header}: {page}");
    }
    opened(&domain, "/nowhere", 404, "<h1>lost</h1>");
    opened(&domain, "/api/cars?limit=2", 200, "GET /api/cars?limit=2 HTTP/1.1");

    let attack = "/?q=1%27%20UNION%20SELECT%20password%20FROM%20users--";
    let refused = opened(&domain, attack, 403, "");
    assert!(!refused.contains("<h1>"), "{refused}");
    opened(&domain, "/api/cars?q=%3Cscript%3Ealert(1)%3C/script%3E", 403, "");
    opened(&domain, "/.provision/content.json", 403, "");

    let plan = project.run("plan dev --detailed-exitcode");
    assert_eq!(plan.code, 0, "{plan}");
    project.write("public/index.html", "<h1>hello</h1>");
    let ran = project.run("up dev --yes");
    assert_eq!(ran.code, 0, "{ran}");
    opened(&domain, "/", 200, "<h1>hello</h1>");

    let ran = project.run("down dev --yes");
    assert_eq!(ran.code, 0, "{ran}");
    assert!(!open(&domain, "/").contains("<h1>"), "it is still there");
}
