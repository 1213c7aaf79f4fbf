// Version 2: the default configuration's chain.
package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type answer struct {
	Client  string   `json:"client"`
	Version string   `json:"version"`
	Arn     *string  `json:"arn"`
	Millis  *float64 `json:"millisToCredentials"`
	Error   *string  `json:"error"`
}

func main() {
	result := answer{Client: "AWS SDK for Go v2", Version: aws.SDKVersion}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := ask(ctx, os.Args[1], os.Args[2], &result); err != nil {
		text := err.Error()
		result.Error = &text
	}
	json.NewEncoder(os.Stdout).Encode(result)
	if result.Arn == nil {
		os.Exit(1)
	}
}

func ask(ctx context.Context, endpoint, region string, result *answer) error {
	start := time.Now()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region))
	if err != nil {
		return err
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return err
	}
	millis := math.Round(time.Since(start).Seconds()*1e4) / 10
	result.Millis = &millis
	client := sts.NewFromConfig(cfg, func(o *sts.Options) {
		// The one way that old and new releases have in common.
		o.EndpointResolver = sts.EndpointResolverFromURL(endpoint)
	})
	identity, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	result.Arn = identity.Arn
	return nil
}
