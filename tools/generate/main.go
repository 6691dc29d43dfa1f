// Command generate makes the Go code of the GraphQL API with gqlgen, whose
// settings stand in gqlgen.yml: make generate.
//
// Beside gqlgen's own code it writes, from the same model, how answers are executed
// by plans: docs/decisions/0011-plans.md.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate() error {
	log.SetOutput(io.Discard) // gqlgen tells there which resolvers it found no field for
	cfg, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		return err
	}
	return api.Generate(cfg, api.AddPlugin(plans{}))
}
