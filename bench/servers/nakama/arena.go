// The arena as a Nakama authoritative match, in Go: 16 players, 30 ticks a second, everybody's place to everybody each tick.
// Built as a plugin beside the Nakama of the same go.mod; the runtime calls InitModule when it has loaded it.
package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"math"

	"github.com/heroiclabs/nakama-common/runtime"
)

const (
	tickHz       = 30
	maxPlayers   = 16
	runSpeed     = 6.0
	maxPosition  = 255.0
	gridPerMetre = 4096

	matchName = "arena"
	createRpc = "create_arena"

	opInput   = 1 // uint16 number, int8 moveX, int8 moveY in [-1, 1], float32 yaw
	opState   = 2 // uint32 tick, uint8 players, then the records
	opWelcome = 3 // uint8 id of the player it is sent to

	inputBytes  = 8
	headerBytes = 5
	recordBytes = 15 // uint8 id, uint16 number of the newest input, float32 x, y, yaw
)

type player struct {
	id           uint8
	newestInput  uint16
	moveX, moveY int8
	x, y, yaw    float32
}

type state struct {
	players map[string]*player
	free    []uint8
}

type match struct{}

// InitModule is what Nakama looks up in the plugin.
func InitModule(_ context.Context, _ runtime.Logger, _ *sql.DB, _ runtime.NakamaModule, initializer runtime.Initializer) error {
	create := func(context.Context, runtime.Logger, *sql.DB, runtime.NakamaModule) (runtime.Match, error) {
		return &match{}, nil
	}
	if err := initializer.RegisterMatch(matchName, create); err != nil {
		return err
	}
	// Answers the id of a new match. Who plays together is the load's choice, so that every match is full.
	return initializer.RegisterRpc(createRpc, func(ctx context.Context, _ runtime.Logger, _ *sql.DB, nk runtime.NakamaModule, _ string) (string, error) {
		return nk.MatchCreate(ctx, matchName, nil)
	})
}

func (*match) MatchInit(context.Context, runtime.Logger, *sql.DB, runtime.NakamaModule, map[string]interface{}) (interface{}, int, string) {
	free := make([]uint8, maxPlayers)
	for index := range free {
		free[index] = uint8(index)
	}
	return &state{players: make(map[string]*player, maxPlayers), free: free}, tickHz, ""
}

func (*match) MatchJoinAttempt(_ context.Context, _ runtime.Logger, _ *sql.DB, _ runtime.NakamaModule, _ runtime.MatchDispatcher, _ int64, s interface{}, presence runtime.Presence, _ map[string]string) (interface{}, bool, string) {
	game := s.(*state)
	if len(game.free) == 0 {
		return game, false, "the match is full"
	}
	id := game.free[0]
	game.free = game.free[1:]
	angle := 2 * math.Pi * float64(id) / maxPlayers
	game.players[presence.GetSessionId()] = &player{id: id, x: float32(20 * math.Cos(angle)), y: float32(20 * math.Sin(angle))}
	return game, true, ""
}

func (*match) MatchJoin(_ context.Context, logger runtime.Logger, _ *sql.DB, _ runtime.NakamaModule, dispatcher runtime.MatchDispatcher, _ int64, s interface{}, presences []runtime.Presence) interface{} {
	game := s.(*state)
	for _, presence := range presences {
		joined, ok := game.players[presence.GetSessionId()]
		if !ok {
			continue
		}
		if err := dispatcher.BroadcastMessage(opWelcome, []byte{joined.id}, []runtime.Presence{presence}, nil, true); err != nil {
			logger.Error("a welcome was not sent: %v", err)
		}
	}
	return game
}

func (*match) MatchLeave(_ context.Context, _ runtime.Logger, _ *sql.DB, _ runtime.NakamaModule, _ runtime.MatchDispatcher, _ int64, s interface{}, presences []runtime.Presence) interface{} {
	game := s.(*state)
	for _, presence := range presences {
		if left, ok := game.players[presence.GetSessionId()]; ok {
			game.free = append(game.free, left.id)
			delete(game.players, presence.GetSessionId())
		}
	}
	return game
}

func (*match) MatchLoop(_ context.Context, _ runtime.Logger, _ *sql.DB, _ runtime.NakamaModule, dispatcher runtime.MatchDispatcher, tick int64, s interface{}, messages []runtime.MatchData) interface{} {
	game := s.(*state)
	for _, message := range messages {
		if mover, ok := game.players[message.GetSessionId()]; ok && message.GetOpCode() == opInput {
			mover.take(message.GetData())
		}
	}
	if len(game.players) == 0 {
		return game
	}
	for _, mover := range game.players {
		mover.step()
	}
	// To everybody, from nobody. An error here is a match that has been stopped.
	if err := dispatcher.BroadcastMessage(opState, game.encode(tick), nil, nil, true); err != nil {
		return nil
	}
	return game
}

func (*match) MatchTerminate(_ context.Context, _ runtime.Logger, _ *sql.DB, _ runtime.NakamaModule, _ runtime.MatchDispatcher, _ int64, s interface{}, _ int) interface{} {
	return s
}

func (*match) MatchSignal(_ context.Context, _ runtime.Logger, _ *sql.DB, _ runtime.NakamaModule, _ runtime.MatchDispatcher, _ int64, s interface{}, _ string) (interface{}, string) {
	return s, ""
}

// take keeps a player's last input; one of another length is dropped.
func (p *player) take(data []byte) {
	if len(data) != inputBytes {
		return
	}
	p.newestInput = binary.LittleEndian.Uint16(data)
	p.moveX, p.moveY = int8(data[2]), int8(data[3])
	p.yaw = math.Float32frombits(binary.LittleEndian.Uint32(data[4:]))
}

// step moves a player by one tick, as every measured game does.
func (p *player) step() {
	p.x = onGrid(float64(p.x) + float64(p.moveX)*runSpeed/tickHz)
	p.y = onGrid(float64(p.y) + float64(p.moveY)*runSpeed/tickHz)
}

func onGrid(value float64) float32 {
	inside := max(-maxPosition, min(maxPosition, value))
	return float32(math.Round(inside*gridPerMetre) / gridPerMetre)
}

func (s *state) encode(tick int64) []byte {
	data := make([]byte, headerBytes, headerBytes+recordBytes*len(s.players))
	binary.LittleEndian.PutUint32(data, uint32(tick))
	data[4] = uint8(len(s.players))
	for _, p := range s.players {
		data = append(data, p.id)
		data = binary.LittleEndian.AppendUint16(data, p.newestInput)
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(p.x))
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(p.y))
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(p.yaw))
	}
	return data
}
