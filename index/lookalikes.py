"""Characters that look alike, and how near a mistyped word is to the word that was meant.

Input by shape, recognition of scans and hasty typing exchange 徽 and 微, 己 and 已, 账 and 帐. The
table is of simplified characters, as folded text has them. Homophones come by their sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from index.sounds import MAX_CHARS, Alike, alike

# Any two of a group are exchanged; a character may stand in several groups.
_GROUPS = """
己已巳 未末 日曰 土士 徽微 拔拨 候侯 帐账 辩辨辫瓣 既即 戊戌戍戎 冶治 折拆 折析 拆诉 柱桂 竞竟
赢羸嬴 崇祟 刺剌 粱梁 撤撒 撤辙澈 杨扬场肠汤 坏环怀 怀杯 篮蓝 滥烂 历厉 燥躁噪澡操 拢扰 抚扶 人入八
大太犬 天夭 天夫 天无 千干于 干午 玉王 玉主 主王 甲申由电田 目自 目且 贝见 风凤 刀力 刀刃 乃及
了子孑 万方 乌鸟 鸟岛 今令 白百 白自 石右 左在 名各 失矢 失夫 斤斥 买卖 买实 西酉 洒酒 丹舟 母毋
代伐 代化 他地 他池 他她 体休 住往 住佳 住注 估佑佐 供洪拱 例列 侧测厕 促捉 俱具 便更 偏编遍 编篇
悄消 俏消 健键 停亭 傍旁 免兔 兵乒乓 共其 具其 具真 直真 曲典 网冈 炼拣 拣练 冲仲 凑奏 奏泰秦奉春
函涵 刑形邢 到倒 剩乘 乖乘 副幅福辐 如加 改攻 功攻 功巧 劝欢 幼幻 劲径经轻 径茎 营荣莹萤 宜宣 宜官
宦官宫 宝定 客容 害割 宙审 守宇 宇字学 安妥 宅它 豪毫亳 家象 塞赛寨寒 寞寡 勺匀勾 句旬 旬甸 匆勿
匀均 四西 巨臣 匹四 卓草 早旱 卞下 上止 止正 页贞 项顷顶 顷倾 领颂颁 顺须 颖颍 烦频 预顶 卯卵
抑仰迎 去却 广厂 厂厅 原厚 压庄 庄床 床库 庆厌 座坐 宠庞 店占 度席 席庶 摩磨魔 仅仪议 仪议义 双又叉
叉义 史吏 史更 吏使 使便 友反 友发 除徐涂叙 叔淑 曼慢漫 奕弈 恋变 恋弯 叮盯订钉 可司 同司 闪问 闭闲
固因 因困囚 团因 团困 园圆 国围 阅阔 沙抄 抄吵炒 抄妙 秒妙 炊吹 吉告 吉古 咐附付 喝渴竭揭 愉喻偷输
哀衰衷 嘉喜 喜善 誓哲 康唐 糖塘唐 咨资姿恣 吨纯钝 粉纷扮 纷份粉吩 盆盒 盐监 盖益 盂孟 盲肓育 坎坟
坑抗炕 坦担但 坪评 竖坚 贤坚 坠堕 坠队 垮跨挎 城诚成 域城 域或 感惑 埋理 埃挨 境镜 增赠憎
墓幕慕暮募 默墨黑 壤嚷镶攘 夕歹 夕久 冬各 务备 夺奋 奇寄 奖桨浆 仍扔奶 防访妨仿坊纺 妹昧味 委季秀李
要耍 误娱 婉惋碗腕 嫌谦歉赚 狐孤弧 瓜爪抓 孩核该骇 刻核 寸才 才木 木本术 木禾 寻导 异导 尉慰 尖尘
尖少 省肖 尤龙 尤优忧扰 忧扰犹 尺尽 泥尼 尾层 局居 屋居 届屈 剧据 屡履 洲州 巧朽 差着 差羞 币巾
币市 师帅 希布 常堂 赏党掌 赏尝 偿尝 尝常裳 帽冒 冒昌 幢撞 平半 年午 午牛 幸辛 宰辛 新亲 亲辛 开升
开并 开井 弊蔽 式武 式或 戒戎 弋戈 弓引 弘私 弥称 弯湾 彩采 踩采 菜采 膨澎 玻波 波披被坡 彻切 津律
陡徒 徒徙 卸御 亿忆 忌忘 志忠 患忠 怕拍 伯拍泊柏 怜玲 恢灰 恼脑 悔侮梅海 脱悦说税锐 县悬
情清晴请睛精 惊掠凉谅 惯贯 惰堕 踢惕锡赐 愁秋 遇愚隅偶 填慎镇滇 憾撼 懒赖 懊澳 戚威 威咸 威成
载裁栽戴截 戳戴 占古 占战 房户 户尸 戾泪 礼扎札轧 扑朴 扒趴 扩旷矿 扫归 扫妇 拖托 扛杠 势执热
热熟 孰熟 扭纽钮 找我 技枝歧岐 把吧爬肥 投设没役 舒抒 抡轮论 抢枪苍沧 仑仓 抱饱炮跑泡袍 柜拒距 拓托
招沼绍昭 照昭 拥佣 拳券 券卷 拴栓 挂桂 脂指 桃挑逃跳 挠绕浇烧饶晓 挥辉浑 挪那 震振 延廷 庭挺廷
损捐绢 捕铺浦辅埔 换唤焕涣 排徘 掉悼绰 掏淘陶萄 受爱 受授 掩淹 推堆准维惟椎唯淮 描猫瞄锚 提题堤
题颗 播插 暖援缓 搏博薄簿膊缚 摘滴嫡 擅檀 擎警 擦察 牧收 致政 敌故 散撒 敞敝 斯期欺 斩轩 旅族旋施
朋明 易昜 毕华 毕昆 借措错惜 腊蜡猎 昨作诈炸怎 谱普 普晋 暂惭渐 暑署曙 暴瀑爆 股服 服报 朗郎 朔溯
朝潮嘲 杂朵 权叹 叹汉 杆竿 衫彬杉 否杏 呆杏 材村 仗杖 社杜 沈枕 枢抠 扳板版 极级及 沟构购 杳查
栏拦烂 详洋样祥 较校效 郊效 框眶 通涌诵桶 桥侨骄娇轿 梢稍哨捎销 销消削 棉绵锦 棚绷 椅骑绮 搂楼缕
膀榜 槽糟遭 瞻赡檐 浩告 湿温 狼浪 派脉 浅线钱残贱践 洗冼 活话括刮 逝誓 遣遗 遗溃馈 逐遂 还远 连莲链
速束 束柬 送迭 退追 追迫 进讲 进井 逮隶 尊遵 陪赔培倍 部陪 部都 郑邓 邮油 译择泽释 金全 钓钩钧 铃冷
冷泠 铭铬 铸涛 锋蜂峰逢 锻缎 门们 问间 问闻 阁阂阀 阳阴 阵陈 院完 陕峡狭侠 贵责 责青 赁货贷 贫贪
贩败 赋贼 贷贺 跌铁 踏蹈 蹈稻滔 身射 射谢 转传 软轨 辑缉揖 避辟壁臂璧 辰晨 农衣 衣依 表衣 裤库
袜抹沫 规现观 角用 讯迅 训川 川州 计讨订 诊珍疹 诬巫 读续 课棵裸 调凋 谎慌 谨勤 豆登 象像豫 贞贡
贡责 罢罗 置署 群郡 羡美 翻番 审番 考老孝 职织识积 肃萧 肋助 肯背 胀账 伴拌绊胖 胸脑 脚却 腹复
复夏 膏高 自臼 舌古 古右 般船航 限艰很恨狠根跟 芒茫 芬芳 苗田 若苦枯姑 范苑 茶荼 荐存 草早 获荻
菊鞠 菌茵 著署 著着 着看 蓬篷 蔬疏 藉籍 虎虚 虑虚 触独烛 蛋旦 旦且 融隔 血皿 衔衡街 裕浴 格络洛略
补朴 初切 抽油轴袖 抽押 祝况 票栗粟 祖租阻组粗 秩铁 稿搞 稳隐 穗惠 究突 究穷 窃窍 窗囱 童意章竟
端瑞喘 毛手 符府 第弟 笋荀 等寺 寺侍待持恃特诗 荣劳 检捡险验 简筒 管官 篡纂 米来 料科 糊湖 素索紊
紧紫 纪记 记计 药约 钢纲岗刚 纳钠 纵从 低底抵 栋冻练 伸神绅仲 终络 结洁 洁浩 给洽 统充 充允 绝艳
继断 绿缘录 激缴邀 缺块快决诀 密蜜
"""


@dataclass(frozen=True, order=True, slots=True)
class Kinship:
    """How far a mistyped text is from the word that was meant; the least is the nearest.

    `changed` characters differ; of these `looks` only look alike and `fuzzy` sound nearly alike,
    and the rest sound the same.
    """

    changed: int
    looks: int
    fuzzy: int

    @property
    def sounds(self) -> int:
        """The characters that differ and sound the same."""
        return self.changed - self.looks - self.fuzzy


def look_alikes(char: str) -> tuple[str, ...]:
    """The characters that this one is mistaken for; empty for most."""
    return _table().get(char, ())


def kin(text: str, word: str) -> Kinship | None:
    """How near `text` is to `word`, character by character; None when the lengths differ or some
    character neither sounds nor looks like its counterpart, and for more than MAX_CHARS."""
    if len(text) != len(word) or len(word) > MAX_CHARS:
        return None
    looks = fuzzy = sounds = 0
    for char, other in zip(text, word, strict=True):
        if char == other:
            continue
        heard = alike(char, other)
        if heard is Alike.SAME:
            sounds += 1
        elif heard is Alike.FUZZY:
            fuzzy += 1
        elif other in look_alikes(char):
            looks += 1
        else:
            return None
    return Kinship(looks + fuzzy + sounds, looks, fuzzy)


@cache
def _table() -> dict[str, tuple[str, ...]]:
    others: dict[str, set[str]] = {}
    for group in _GROUPS.split():
        for char in group:
            others.setdefault(char, set()).update(group)
    return {char: tuple(sorted(found - {char})) for char, found in others.items()}
