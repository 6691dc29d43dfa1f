package realtime

// WithoutVerification switches off what finds entries whose messages were lost
// without a trace.
func (o HubOptions) WithoutVerification() *HubOptions {
	o.noVerify = true
	return &o
}
