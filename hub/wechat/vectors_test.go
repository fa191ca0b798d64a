package wechat

// The published vector and our own, each computed with two independent programs.

const publishedEncrypt = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="

const publishedPlain = `{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}`

var vectors = []struct {
	name, id, prefix, timestamp, plain, encrypt, signature string
}{
	{
		name: "inbound text", id: "wx1234567890abcdef", prefix: "0123456789abcdef", timestamp: "1735689600",
		plain:     `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oDesk_user_00000000000000001]]></FromUserName><CreateTime>1735689600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好，/::) 在吗？我的订单还没到]]></Content><MsgId>24850000000000001</MsgId></xml>`,
		encrypt:   "Q3stYC6hdFzMh9T8HCvyDHNqGeD9Via/xJQR/93zVgU3szq/eGnXUK7DJkCKkshrVSAjbzcQV0OnMKhB5DXyAPW0HVR37fDKFFoZ8sIzZsMlNR/yCMg9p8JvNXGomia7gHNjUk9VteFvfFlNXsxqpZ2H5zCJ0Fm1dR7LUkcdgGi1yTkQ5ASZtf6TOecNu76XFFHrO2tHpjtJ5UV4nuylTCCjAb29qdxvrJUyzFG0d2PwluXocyc5Llt6tyonzyuIQ1J3sci47T4JFGEpahrO9yvzD0mOQIMPEH/eSxpl9Uw8uMBByQpDlCIN0wIsngkPlAWXOlNn4xfgM1q2Pt6+Dq7keBoQ+RgG3dl0mSTDb0Sc307eRI48tHRhCC9mFBaJS+PFTl7dsdMqaioRDqWcVm/GUiwVu36rcafhoramW+g97Uf8Y7v5ia/0TcQcJ2hRxCnHtgMNGVBlnEFBWQJuYg==",
		signature: "2e218ab2f10cfc543f120d3baf52e9abaf78780c",
	},
	{
		name: "encrypted reply", id: "wx1234567890abcdef", prefix: "fedcba9876543210", timestamp: "1735689601",
		plain:     `<xml><ToUserName><![CDATA[oDesk_user_00000000000000001]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1735689601</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>`,
		encrypt:   "DpQeJfnf/MGZ/+GTIspwVHYCpVl4sVIvB+3t6zqI22gmH6gpUEgkVzAvxTVY4sfNc7AT/s+3is7y3W+9E/T8yU4z/bEiArvQDnma8es4p/NbLqiCGBpIN1XoM8HEswQRQqpRGm9/s4xtBIT1Axa9OmoHo/yh72YEdbdaLWiyv8wVrwvy4OcXN6LWKwjlyUeWJkYjclpC7NhVd14Awb19uCZyQWZ68ukolESZKzcwL+Axz8gqSbo2pNR7g5LK9DOtDlR3vDxz1H+HCDMoiMwweceFX7xWhpBjlvE0YopM04GbYcBlFoKxMjDkmPg4esz/eVzwNSNGs0FAu4b6g6c726d/YZ0i8NHuTqFmi9dfCFTYyn26q3InX4pSJhoL8fWy",
		signature: "0ba50912d33b2ec4cb0ab4cadd0de5492f91c69e",
	},
	{
		name: "component ticket", id: "wxc0ffee0000000001", prefix: "0123456789abcdef", timestamp: "1735689600",
		plain:     `<xml><AppId><![CDATA[wxc0ffee0000000001]]></AppId><CreateTime>1735689600</CreateTime><InfoType><![CDATA[component_verify_ticket]]></InfoType><ComponentVerifyTicket><![CDATA[ticket@@@abc]]></ComponentVerifyTicket></xml>`,
		encrypt:   "Q3stYC6hdFzMh9T8HCvyDDf2/amPN8vWqtLVeRomMOvkDAYhs4ZtPTGMh/iqCHV8c5r3AF982mNWeU2P9uW6jnBoc1HLcsIFtV9d7CUUcddJD2T974MOrQZowgt/eYy0EGzA/aFmZdGBG3JB8cRQBo5/ocq+TkZdM0S4y5u0mVs75pHs4NHb8LHDdCVBdc1eUekK5KgBSfqQ6M6TztbWlvfTWCfTuuMtYMtIYdXfr/G2xzVrVP75IS0NOXgEUWsH7VbsAXEZvnLcEvAaQ48AWJlfGOuZKZG2rMBgK0teyv3OQxL8bh3pFHanLkqaMFfMsGqNtziowCv/Q+MpynGJTsp8NsTpOoLGj5ul25kq0u2w5PWtvWoHDsm3VSc7kQpd",
		signature: "5f323c76be896af4cbc3f912bb1dfb062ceb98de",
	},
	{
		name: "shortest pad of 32", id: "wx1234567890abcdef", prefix: "0123456789abcdef", timestamp: "1735689600",
		plain:     `xxxxxxxxxxxxxxxxxxxxxxxxxx`,
		encrypt:   "Q3stYC6hdFzMh9T8HCvyDHDxbrF7f8TfmYxXSN1y2Vbjja9RgRLcXPjzJF67v90Vn9yuvwiFgd5MkUND5IBuht+cQU+Cz4hxMu2c3EzSJUQfKqR62caNMth437AA3uzM",
		signature: "9283d2175c89180f799751907b2f5fdb1bf23359",
	},
}
