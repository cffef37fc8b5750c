-- For wrk: sends the requests of the file named after `--` in turn, and tells as JSON what came back.
-- The second argument is the status that every answer must have; 0 for any, with a pause after a 503: who
-- is sent away comes again later, and the server is what is to be kept busy, not this.

local requests, next_one, threads, pause = {}, 0, {}, 0
unexpected = 0

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  expected = tonumber(args[2])
  if expected == 0 then
    expected = nil
    delay = function() return pause end
  end
  for text in io.open(args[1], "rb"):read("*a"):gmatch("%Z+") do
    table.insert(requests, text)
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function response(status)
  if expected and status ~= expected then
    unexpected = unexpected + 1
  end
  pause = status == 503 and 100 or 0 -- milliseconds
end

function done(summary, latency)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  local wrong = 0
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("unexpected")
  end
  io.write(string.format(
    '\nJSON {"requests": %d, "seconds": %f, "lost": %d, "unexpected": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, lost, wrong,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
