-- What clients of an inventory do: mostly read, sometimes write, sometimes wrongly.
local pages = {
  "/cars", "/cars?sort=-price&limit=50", "/cars?make=tesla", "/cars?q=mus+mach",
  "/cars?min_price=20000&max_price=40000&sort=year", "/cars/17", "/cars/4711",
  "/cars?sort=wheels", "/nowhere", "/health/ready", "/metrics", "/openapi.json",
}
local car = '{"make":"Kia","model":"Soak","year":2024,"color":"Red","price":"%d.50"}'
local number = 0

function request()
  number = number + 1
  if number % 20 == 0 then
    local headers = {
      ["Authorization"] = "Bearer local", ["Content-Type"] = "application/json",
    }
    -- The same few cars again and again: the table is not to grow, nor is the memory.
    return wrk.format("PUT", "/cars/" .. number % 500 + 1, headers, car:format(number % 90000))
  end
  return wrk.format("GET", pages[number % #pages + 1])
end
