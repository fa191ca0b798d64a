package sandbox

import "time"

// rain is the customer whose thread has everything in it that a user can send.
func rain() DemoUser {
	return DemoUser{OpenID: "oSbx_xiaoyu_000000000000Kd02", Name: "小雨", Following: true, Script: []Line{
		{Ago: 28 * time.Hour, Do: "follow"},
		{Ago: 27 * time.Hour, Do: "click", Key: "ORDERS"},
		{Ago: 27*time.Hour - time.Minute, Do: "text", Text: "下单三天了还没有物流信息"},
		{Ago: 27*time.Hour - 2*time.Minute, Do: "link", Title: "禾木订单 7731", Description: "已付款，等待发货", URL: "https://hemu.example/t/7731"},
		{Ago: 26*time.Hour + 56*time.Minute, From: azhe, Do: "claim"},
		{Ago: 26*time.Hour + 55*time.Minute, From: azhe, Do: "text", Text: "刚查了，今天下午已从嘉兴仓发出，明天中午前到。"},
		{Ago: 26*time.Hour + 50*time.Minute, Do: "text", Text: "好的谢谢[捂脸] 能改送到公司吗"},
		{Ago: 26*time.Hour + 49*time.Minute, Do: "location", Lat: 30.259244, Lng: 120.162399, Label: demoAddress},
		{Ago: 26*time.Hour + 45*time.Minute, From: azhe, Do: "text", Text: "改好了，明天送到湖滨路。"},
		{Ago: 5*time.Hour + 30*time.Minute, Do: "voice", Sample: "voice.amr", Text: "箱子收到了，角上压了一下，我拍给你看"},
		{Ago: 5*time.Hour + 29*time.Minute, Do: "image", Sample: "video-unboxing.jpg"},
		{Ago: 5*time.Hour + 28*time.Minute, Do: "shortvideo", Sample: "unboxing.mp4"},
		{Ago: 5*time.Hour + 25*time.Minute, From: azhe, Do: "text", Text: "看到了，灯没事就好。麻烦再拍一段打开的样子，我登记一下。"},
		{Ago: 5*time.Hour + 20*time.Minute, Do: "video", Sample: "unboxing.mp4"},
		{Ago: 5*time.Hour + 15*time.Minute, From: azhe, Do: "text", Text: "收到，完好。运费退您 12 元/::)"},
		{Ago: 5*time.Hour + 10*time.Minute, Do: "sticker"},
		{Ago: 5*time.Hour + 8*time.Minute, Do: "miniprogrampage", Title: "禾木小店：麻布灯罩 38cm", AppID: demoMiniProgram, Path: "pages/item/index?id=38", Sample: "cover-lamp.jpg"},
		{Ago: 5*time.Hour + 7*time.Minute, Do: "text", Text: "这个放我房间会不会太大，尺寸都在文件里"},
		{Ago: 5*time.Hour + 6*time.Minute, Do: "file", Sample: "room.txt", Title: "房间尺寸.txt"},
		{Ago: 5 * time.Hour, From: azhe, Do: "text", Text: "宽 2.6 米的房间放 38 厘米的正好。"},
		{Ago: 4*time.Hour + 50*time.Minute, From: azhe, Do: "msgmenu", Text: "这次服务您满意吗？", List: []string{"满意", "一般", "不满意"}},
		{Ago: 4*time.Hour + 48*time.Minute, Do: "tap", MenuID: "101", Text: "满意"},
		{Ago: 4*time.Hour + 40*time.Minute, From: azhe, Do: "end"},
	}}
}
