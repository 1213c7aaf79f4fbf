// Version 1: the default chain of a session.
package main

import (
	"encoding/json"
	"math"
	"os"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

type answer struct {
	Client  string   `json:"client"`
	Version string   `json:"version"`
	Arn     *string  `json:"arn"`
	Millis  *float64 `json:"millisToCredentials"`
	Error   *string  `json:"error"`
}

func main() {
	result := answer{Client: "AWS SDK for Go", Version: aws.SDKVersion}
	if err := ask(os.Args[1], os.Args[2], &result); err != nil {
		text := err.Error()
		result.Error = &text
	}
	json.NewEncoder(os.Stdout).Encode(result)
	if result.Arn == nil {
		os.Exit(1)
	}
}

func ask(endpoint, region string, result *answer) error {
	s, err := session.NewSession(&aws.Config{Region: &region})
	if err != nil {
		return err
	}
	start := time.Now()
	if _, err := s.Config.Credentials.Get(); err != nil {
		return err
	}
	millis := math.Round(time.Since(start).Seconds()*1e4) / 10
	result.Millis = &millis
	identity, err := sts.New(s, &aws.Config{Endpoint: &endpoint}).GetCallerIdentity(nil)
	if err != nil {
		return err
	}
	result.Arn = identity.Arn
	return nil
}
