-- The algorithm of ratelimit.Rate.Step on one key, which holds its number, by the
-- clock of the server. Arguments: the interval and the time of a full burst, in
-- microseconds, and the cost. Answers: whether it is allowed, after how many
-- microseconds it would be, and how much remains. All numbers are whole and below
-- 2^53, so that they are exact; written with %.0f they stay so.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, full, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local number = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
local from = math.min(math.max(number, now), now + full)
local next = math.max(from + cost * interval, now)
local over = next - now - full
if cost > 0 and over > 0 then
	return {0, over, math.floor((full - (from - now)) / interval)}
end
if next > now then
	redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
elseif number > 0 then
	redis.call('DEL', KEYS[1])
end
return {1, 0, math.floor((full - (next - now)) / interval)}
