// The shape of the case study's API: Node's HTTP server with the `postgres` package.
import { createServer } from "node:http";
import postgres from "postgres";

const sql = postgres(process.env.DATABASE_URL, { max: 10 });

createServer(async (request, response) => {
  if (request.url.split("?")[0] !== "/cars") {
    response.writeHead(404).end();
    return;
  }
  const cars = await sql`
    select id, make, model, year, color, price, created_at, updated_at from cars
    order by created_at desc, id desc limit 20`;
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(cars));
}).listen(Number(process.env.PORT), "127.0.0.1");
